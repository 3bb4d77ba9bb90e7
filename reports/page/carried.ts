/** Ids of the elements in which a report carries what it was made from: JSON, gzipped, in base64. */
export const RESULTS = 'carried-results';
export const ANALYSIS = 'carried-analysis';

import type { Dissection } from '../shape.ts';

/** Stream of HTTP/1.1, of which Wireshark otherwise shows nothing before its end: it puts a body together first. */
export const httpStream: Dissection = { filter: 'http', preferences: ['http.desegment_body:FALSE'] };

import { needs } from './unavailable.ts';

await needs('privateLink');

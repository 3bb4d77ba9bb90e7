import { needs } from './unavailable.ts';

await needs('chromium');

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { LabSettings } from '../../bench/lab/protocol.ts';
import { Lab } from './lab.tsx';

/** Script of the lab's page. */
const root = document.getElementById('lab');
const given = document.getElementById('lab-settings')?.textContent;
if (root === null || given == null) throw new Error('this script belongs to the lab’s page');
const settings: LabSettings = JSON.parse(given);
createRoot(root).render(
  <StrictMode>
    <Lab settings={settings} />
  </StrictMode>,
);

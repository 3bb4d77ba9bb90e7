import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { browserTransports } from '../../clients/react/index.ts';
import { Chat } from './chat.tsx';

const asked = new URLSearchParams(location.search);
const transport = browserTransports.find(({ name }) => name === asked.get('transport'));
const url = asked.get('url');
const place = document.getElementById('chat');
if (transport === undefined || url === null || place === null)
  throw new Error('open the address that the server prints');
createRoot(place).render(
  <StrictMode>
    <Chat transport={transport.name} url={url} />
  </StrictMode>,
);

import type {
  CutOrder,
  KeepOrder,
  KeptRun,
  LabEvent,
  LabSettings,
  RunOrder,
  StartedRun,
  WindowOrder,
} from '../../bench/lab/protocol.ts';

/** Orders to the lab's server. Each rejects with the server's words if it is refused. */
export interface LabApi {
  start(order: RunOrder): Promise<StartedRun>;
  window(order: WindowOrder): Promise<void>;
  cut(order: CutOrder): Promise<void>;
  stop(run: string): Promise<void>;
  keep(order: KeepOrder): Promise<KeptRun>;
  /** Listens to the server's events. Returns a function that ends it. @param connected called when the connection comes and goes */
  listen(event: (event: LabEvent) => void, connected: (isConnected: boolean) => void): () => void;
  /** Adds the token to an address of the lab. */
  withToken(path: string): string;
}

export function labApi({ token }: Pick<LabSettings, 'token'>): LabApi {
  const withToken = (path: string): string => (token === null ? path : `${path}?token=${encodeURIComponent(token)}`);

  async function order<Answer>(path: string, body: object): Promise<Answer> {
    const response = await fetch(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error ?? `the lab answered ${response.status}`);
    return answer;
  }

  return {
    start: (body) => order('/api/start', body),
    window: (body) => order('/api/window', body),
    cut: (body) => order('/api/cut', body),
    stop: (run) => order('/api/stop', { run }),
    keep: (body) => order('/api/keep', body),
    listen(event, connected) {
      const source = new EventSource(withToken('/api/events'));
      source.onopen = () => connected(true);
      source.onerror = () => connected(false);
      source.onmessage = ({ data }) => event(JSON.parse(data));
      return () => source.close();
    },
    withToken,
  };
}

import type {
  Capabilities,
  ClientModule,
  ClientSettings,
  Listener,
  Receiver,
  ServerModule,
  ServerSettings,
  Session,
} from './contract.ts';

/**
 * Type tests of the contract, held by `npm run check`: each line below an `@ts-expect-error` must not compile. They are what the
 * author of a transport or plugin is told before anything runs.
 */
declare const settings: ServerSettings;
declare const clientSettings: ClientSettings;
declare const receiver: Receiver;

const listener: Listener = {
  url: 'ws://127.0.0.1:1',
  broadcast: () => {},
  effective: { heartbeatSeconds: 25 },
  close: async () => {},
};
const { close: _close, ...withoutClose } = listener;
const { effective: _effective, ...withoutEffective } = listener;

export const server: ServerModule = { listen: async () => listener };
// @ts-expect-error a listener must say how it is closed
export const unclosable: ServerModule = { listen: async () => withoutClose };
// @ts-expect-error a listener must say which settings are in force
export const silent: ServerModule = { listen: async () => withoutEffective };
// @ts-expect-error `listen` is asynchronous: the port is bound when it resolves
export const synchronous: ServerModule = { listen: () => listener };
// @ts-expect-error settings in force are data: no lists, no functions
export const nested: Listener = { ...listener, effective: { limits: [1, 2] } };

const session: Session = { send: () => {}, close: async () => {} };
export const client: ClientModule = { connect: async () => session };
// @ts-expect-error a session sends
export const mute: ClientModule = { connect: async () => ({ close: async () => {} }) };

// @ts-expect-error a message is text or bytes
receiver.message({ text: 'hello' });
// @ts-expect-error what is no message is described
receiver.unreadable('null');
// @ts-expect-error the end of a session has a reason
receiver.lost();
// @ts-expect-error settings are read, not written
clientSettings.encoding = 'binary';
// @ts-expect-error limits are read, not written
settings.limits.messageBytes = 1;

// @ts-expect-error every promise is stated, one way or the other
export const vague: Capabilities = { binary: true, ordered: true };

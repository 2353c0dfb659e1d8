export const ALLOWED_ADDRESS =
  'an address such as ":8080", "127.0.0.1:8080", "[::1]:8080", or the path of a Unix socket';

const ADDRESS = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/[\]]*):(\d{1,5})$/;

/** Whether a text is HOST:PORT, :PORT or an absolute path. */
export function isAddress(text: string): boolean {
  const port = ADDRESS.exec(text)?.[1];
  return port === undefined ? /^\/[^\0]+$/.test(text) : Number(port) >= 1 && Number(port) <= 65535;
}

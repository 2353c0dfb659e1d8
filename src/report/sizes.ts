/** Bytes for people: KiB below one MiB. */
export function kibibytes(bytes: number): string {
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : mebibytes(bytes);
}

export function mebibytes(bytes: number): string {
  const mib = bytes / 1024 ** 2;
  return `${mib >= 100 ? mib.toFixed(0) : mib.toFixed(1)} MiB`;
}

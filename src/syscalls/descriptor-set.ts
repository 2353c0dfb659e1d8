/** A set of file descriptors: these, or all but these. */
export interface DescriptorSet {
  readonly members: readonly number[];
  readonly inverted: boolean;
}

/** Descriptors of which all data are shown that are read from them or written to them: `-e read=`, `-e write=`. */
export interface Dumps {
  readonly read: DescriptorSet | undefined;
  readonly write: DescriptorSet | undefined;
}

export function hasDescriptor({ members, inverted }: DescriptorSet, fd: number): boolean {
  return fd >= 0 && members.includes(fd) !== inverted;
}

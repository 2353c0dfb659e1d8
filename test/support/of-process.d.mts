export function childrenOf(pid: number): number[];
export function groupsOf(pid: number): string[];

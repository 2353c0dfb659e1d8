import type { CgroupV2 } from '../../linux/cgroup-v2.ts';

/** How full the ring is when the tree is held, and when it goes on. */
const HIGH = 0.5;
const LOW = 0.125;

/**
 * Holds a tree that makes calls faster than they are read: programs in the kernel can't wait for us, so the whole group is
 * frozen before events are lost. A program notices that by the clock alone, except that a wait which signals interrupt for
 * good (epoll_wait(2), see signal(7)) fails with EINTR.
 */
export class FlowControl {
  readonly #group: CgroupV2;
  #held = false;

  constructor(group: CgroupV2) {
    this.#group = group;
  }

  check(fill: number): void {
    if (!this.#held && fill > HIGH) {
      this.#group.tryWrite('cgroup.freeze', 1);
      this.#held = true;
    } else if (this.#held && fill < LOW) {
      this.#group.thaw();
      this.#held = false;
    }
  }
}

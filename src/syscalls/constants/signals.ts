import { choice, flags, type NamedValues } from '../named-values.ts';

export const SA_RESTORER = 0x04000000;

export const SIGACTION_FLAGS: NamedValues = flags('SA_???', {
  SA_RESTORER,
  SA_ONSTACK: 0x08000000,
  SA_RESTART: 0x10000000,
  SA_NODEFER: 0x40000000,
  SA_RESETHAND: 0x80000000,
  SA_SIGINFO: 4,
  SA_NOCLDSTOP: 1,
  SA_NOCLDWAIT: 2,
  SA_EXPOSE_TAGBITS: 0x800,
});

export const SIGPROCMASK_HOW: NamedValues = choice('SIG_???', { SIG_BLOCK: 0, SIG_UNBLOCK: 1, SIG_SETMASK: 2 });

export const SIGALTSTACK_FLAGS: NamedValues = flags('SS_???', {
  SS_ONSTACK: 1,
  SS_DISABLE: 2,
  SS_AUTODISARM: 0x80000000,
});

export const SIGNALFD_FLAGS: NamedValues = flags('SFD_???', { SFD_CLOEXEC: 0o2000000, SFD_NONBLOCK: 0o4000 });

/** si_code values that any signal may have. */
export const SI_CODES: NamedValues = choice('SI_???', {
  SI_USER: 0,
  SI_KERNEL: 0x80,
  SI_QUEUE: -1,
  SI_TIMER: -2,
  SI_MESGQ: -3,
  SI_ASYNCIO: -4,
  SI_SIGIO: -5,
  SI_TKILL: -6,
  SI_DETHREAD: -7,
  SI_ASYNCNL: -60,
});

/** si_code values by signal number (sigaction(2)). */
export const SI_CODES_OF: Readonly<Record<number, NamedValues>> = {
  4: choice('ILL_???', {
    ILL_ILLOPC: 1,
    ILL_ILLOPN: 2,
    ILL_ILLADR: 3,
    ILL_ILLTRP: 4,
    ILL_PRVOPC: 5,
    ILL_PRVREG: 6,
    ILL_COPROC: 7,
    ILL_BADSTK: 8,
  }),
  5: choice('TRAP_???', { TRAP_BRKPT: 1, TRAP_TRACE: 2, TRAP_BRANCH: 3, TRAP_HWBKPT: 4, TRAP_UNK: 5, TRAP_PERF: 6 }),
  7: choice('BUS_???', { BUS_ADRALN: 1, BUS_ADRERR: 2, BUS_OBJERR: 3, BUS_MCEERR_AR: 4, BUS_MCEERR_AO: 5 }),
  8: choice('FPE_???', {
    FPE_INTDIV: 1,
    FPE_INTOVF: 2,
    FPE_FLTDIV: 3,
    FPE_FLTOVF: 4,
    FPE_FLTUND: 5,
    FPE_FLTRES: 6,
    FPE_FLTINV: 7,
    FPE_FLTSUB: 8,
    FPE_FLTUNK: 14,
    FPE_CONDTRAP: 15,
  }),
  11: choice('SEGV_???', {
    SEGV_MAPERR: 1,
    SEGV_ACCERR: 2,
    SEGV_BNDERR: 3,
    SEGV_PKUERR: 4,
    SEGV_MTEAERR: 8,
    SEGV_MTESERR: 9,
    SEGV_CPERR: 10,
  }),
  17: choice('CLD_???', {
    CLD_EXITED: 1,
    CLD_KILLED: 2,
    CLD_DUMPED: 3,
    CLD_TRAPPED: 4,
    CLD_STOPPED: 5,
    CLD_CONTINUED: 6,
  }),
  29: choice('POLL_???', { POLL_IN: 1, POLL_OUT: 2, POLL_MSG: 3, POLL_ERR: 4, POLL_PRI: 5, POLL_HUP: 6 }),
  31: choice('SYS_???', { SYS_SECCOMP: 1, SYS_USER_DISPATCH: 2 }),
};

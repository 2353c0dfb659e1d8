import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/chaos/config-file.ts';

const lines = (entries: readonly string[]) => entries.map((entry) => `    ${entry}`).join(',\n');
/** A file with these phases, from its third line on. */
const phase = (...entries: readonly string[]) => `{\n  "phases": [\n${lines(entries)}\n  ]\n}`;
/** A file with these probes, from its second line on. */
const probe = (...entries: readonly string[]) => `{ "steady_state": { "probes": [\n${lines(entries)}\n] } }`;
const P = '"partition": true';

const BAD: readonly (readonly [what: string, text: string, message: string])[] = [
  ['no phases', '{ "phases": [] }', 'f.json:1:13: phases is []; allowed: a list of phases, at least one'],
  [
    'a phase that is no list',
    `{ "phases": { "name": "a", ${P} } }`,
    'f.json:1:13: phases is { "name": "a", "partition": true }; allowed: a list of phases, at least one',
  ],
  [
    'a phase that is no object',
    '{ "phases": ["slow"] }',
    'f.json:1:14: phases[0] is "slow"; allowed: an object such as {"name": "slow", "at": "2s"}',
  ],
  [
    'a phase that does nothing',
    phase('{ "name": "a", "at": "2s" }'),
    'f.json:3:5: phases[0] does nothing; allowed: any option of chaos, or one of signal, pause, restart, run',
  ],
  [
    'a key that is misspelt',
    phase(`{ "name": "a", "untl": { "output": "x" }, ${P} }`),
    'f.json:3:20: unknown key "phases[0].untl" (with value { "output": "x" }); did you mean "until"?',
  ],
  [
    'an option that is misspelt',
    phase('{ "name": "a", "network_latncy": "200ms" }'),
    'f.json:3:20: unknown key "phases[0].network_latncy" (with value "200ms"); did you mean "network_latency"?',
  ],
  [
    'a key that nobody knows',
    phase(`{ "name": "a", "colour": "red", ${P} }`),
    'f.json:3:20: unknown key "phases[0].colour" (with value "red"); allowed: name, at, on, after, for, until, every, times, signal, signal_to, pause, restart, run, and every option of chaos that can change while the command runs',
  ],
  [
    'an option of the whole run',
    phase(`{ "name": "a", "timeout": "5s", ${P} }`),
    'f.json:3:20: phases[0].timeout holds for the whole run, and a phase cannot have it; set it beside "phases"',
  ],
  [
    'a seed of its own',
    phase(`{ "name": "a", "seed": 7, ${P} }`),
    'f.json:3:20: phases[0].seed holds for the whole run, and a phase cannot have it; set it beside "phases"',
  ],
  [
    'phases within a phase',
    phase(`{ "name": "a", "phases": [], ${P} }`),
    'f.json:3:20: phases[0].phases holds for the whole run, and a phase cannot have it; set it beside "phases"',
  ],
  [
    'a backend of its own',
    phase(`{ "name": "a", "network_backend": "packets", ${P} }`),
    'f.json:3:20: phases[0].network_backend holds for the whole run, and a phase cannot have it; set it beside "phases"',
  ],
  [
    'a name that is empty',
    phase(`{ "name": "", ${P} }`),
    'f.json:3:15: phases[0].name is ""; allowed: a name: letters, digits and spaces, without : = or quotes, at most 60 of them',
  ],
  [
    'a name with a colon',
    phase(`{ "name": "a:b", ${P} }`),
    'f.json:3:15: phases[0].name is "a:b"; allowed: a name: letters, digits and spaces, without : = or quotes, at most 60 of them',
  ],
  [
    'a name that is a number',
    phase(`{ "name": 7, ${P} }`),
    'f.json:3:15: phases[0].name is 7; allowed: a name: letters, digits and spaces, without : = or quotes, at most 60 of them',
  ],
  [
    'a time without its unit',
    phase(`{ "name": "a", "at": 5, ${P} }`),
    'f.json:3:26: phases[0].at is 5; allowed: a duration up to 24 days with its unit, such as "100ms", "1m30s"',
  ],
  [
    'a time as text without its unit',
    phase(`{ "name": "a", "for": "5", ${P} }`),
    'f.json:3:27: phases[0].for is "5"; allowed: a duration up to 24 days with its unit, such as "100ms", "1m30s"',
  ],
  [
    'a time in words',
    phase(`{ "name": "a", "at": "soon", ${P} }`),
    'f.json:3:26: phases[0].at is "soon"; allowed: a duration up to 24 days with its unit, such as "100ms", "1m30s"',
  ],
  [
    'a time before the start',
    phase(`{ "name": "a", "at": "-2s", ${P} }`),
    'f.json:3:26: phases[0].at is "-2s"; allowed: a duration up to 24 days with its unit, such as "100ms", "1m30s"',
  ],
  [
    'no time at all',
    phase(`{ "name": "a", "for": "0s", ${P} }`),
    'f.json:3:20: phases[0].for is 0: it would end at once',
  ],
  [
    'two begins',
    phase(`{ "name": "a", "at": "2s", "on": { "output": "x" }, ${P} }`),
    'f.json:3:32: phases[0] has both at and on: a phase has one begin',
  ],
  [
    'two other begins',
    phase(`{ "name": "b", ${P}, "for": "1s" }`, `{ "name": "a", "after": "b", "at": "2s", ${P} }`),
    'f.json:4:20: phases[1] has both at and after: a phase has one begin',
  ],
  [
    'a trigger as text',
    phase(`{ "name": "a", "on": "ready", ${P} }`),
    'f.json:3:26: phases[0].on is "ready"; allowed: an object with one of output, listen, connect, file, syscall, probe, phase, exit, such as {"output": "ready"}; or "request"',
  ],
  [
    'a trigger of nothing',
    phase(`{ "name": "a", "on": { "nth": 2 }, ${P} }`),
    'f.json:3:26: phases[0].on is {"nth":2}; allowed: an object with one of output, listen, connect, file, syscall, probe, phase, exit, such as {"output": "ready"}',
  ],
  [
    'a trigger of two things',
    phase(`{ "name": "a", "on": { "output": "x", "listen": ":80" }, ${P} }`),
    'f.json:3:43: phases[0].on has both output and listen: a trigger waits for one thing',
  ],
  [
    'a trigger that is misspelt',
    phase(`{ "name": "a", "on": { "outptu": "x" }, ${P} }`),
    'f.json:3:28: unknown key "phases[0].on.outptu" (with value "x"); did you mean "output"?',
  ],
  [
    'a stream of a file',
    phase(`{ "name": "a", "on": { "file": "/x", "stream": "stdout" }, ${P} }`),
    'f.json:3:42: phases[0].on has stream, which does nothing with file; allowed with it: is, nth, delay',
  ],
  [
    'a stream that is none',
    phase(`{ "name": "a", "on": { "output": "x", "stream": "stdin" }, ${P} }`),
    'f.json:3:53: phases[0].on.stream is "stdin"; allowed: "stdout", "stderr"',
  ],
  [
    'a path of an address',
    phase(`{ "name": "a", "until": { "listen": ":80", "path": "/x" }, ${P} }`),
    'f.json:3:48: phases[0].until has path, which does nothing with listen; allowed with it: nth, delay',
  ],
  [
    'a regular expression that does not end',
    phase(`{ "name": "a", "on": { "output": "(ready" }, ${P} }`),
    'f.json:3:38: phases[0].on.output is "(ready"; allowed: a regular expression such as "ready|listening"',
  ],
  [
    'a regular expression that is empty',
    phase(`{ "name": "a", "on": { "output": "" }, ${P} }`),
    'f.json:3:38: phases[0].on.output is ""; allowed: a regular expression such as "ready|listening"',
  ],
  [
    'an address without a colon',
    phase(`{ "name": "a", "on": { "listen": "8080" }, ${P} }`),
    'f.json:3:38: phases[0].on.listen is "8080"; allowed: an address such as ":8080", "127.0.0.1:8080", "[::1]:8080", or the path of a Unix socket',
  ],
  [
    'a port that is too high',
    phase(`{ "name": "a", "on": { "connect": ":70000" }, ${P} }`),
    'f.json:3:39: phases[0].on.connect is ":70000"; allowed: an address such as ":8080", "127.0.0.1:8080", "[::1]:8080", or the path of a Unix socket',
  ],
  [
    'a state of a file',
    phase(`{ "name": "a", "on": { "file": "/x", "is": "deleted" }, ${P} }`),
    'f.json:3:48: phases[0].on.is is "deleted"; allowed: "created", "gone", or "size>N" such as "size>10M"',
  ],
  [
    'a size of a file',
    phase(`{ "name": "a", "on": { "file": "/x", "is": "size>big" }, ${P} }`),
    'f.json:3:48: phases[0].on.is is "size>big"; allowed: "created", "gone", or "size>N" such as "size>10M"',
  ],
  [
    'a call that does not exist',
    phase(`{ "name": "a", "on": { "syscall": "opne" }, ${P} }`),
    'f.json:3:39: phases[0].on.syscall: bad set of system calls "opne": "opne" is not a system call or class. Did you mean "open"?',
  ],
  [
    'a lineage that is none',
    phase(`{ "name": "a", "on": { "exit": "1" }, ${P} }`),
    'f.json:3:36: phases[0].on.exit is "1"; allowed: the lineage of a task such as "0" or "0.1"',
  ],
  [
    'the 0th time',
    phase(`{ "name": "a", "on": { "output": "x", "nth": 0 }, ${P} }`),
    'f.json:3:50: phases[0].on.nth is 0; allowed: a whole number of at least 1',
  ],
  [
    'a probe that is not there',
    phase(`{ "name": "a", "on": { "probe": "up", "is": "failed" }, ${P} }`),
    'f.json:3:37: phases[0].on.probe is "up"; allowed: the name of a probe, and there is none',
  ],
  [
    'a probe without a state',
    phase(`{ "name": "a", "on": { "probe": "up" }, ${P} }`),
    'f.json:3:26: phases[0].on.is is missing; allowed: "ok", "failed"',
  ],
  [
    'a probe in another state',
    phase(`{ "name": "a", "on": { "probe": "up", "is": "down" }, ${P} }`),
    'f.json:3:49: phases[0].on.is is "down"; allowed: "ok", "failed"',
  ],
  [
    'a probe that is not asked then',
    `{ "steady_state": { "probes": [{ "name": "up", "tcp": ":80" }] },\n  "phases": [{ "name": "a", "on": { "probe": "up", "is": "failed" }, ${P} }] }`,
    'f.json:2:46: phases[0].on.probe is "up", which is not asked while the command runs: add "during" to its check',
  ],
  [
    'a phase that is not there',
    phase(`{ "name": "slow", "for": "1s", ${P} }`, `{ "name": "b", "after": "slwo", ${P} }`),
    'f.json:4:29: phases[1].after is "slwo"; allowed: the name of another phase: "slow"',
  ],
  [
    'itself',
    phase(`{ "name": "a", "after": "a", "for": "1s", ${P} }`),
    'f.json:3:29: phases[0].after is "a"; allowed: the name of another phase, and there is none',
  ],
  [
    'itself, in a trigger',
    phase(`{ "name": "a", "on": { "phase": "a", "is": "ended" }, ${P} }`),
    'f.json:3:37: phases[0].on.phase is "a"; allowed: the name of another phase, and there is none',
  ],
  [
    'a circle',
    phase(`{ "name": "a", "after": "b", "for": "1s", ${P} }`, `{ "name": "b", "after": "a", "for": "1s", ${P} }`),
    'f.json:3:20: phases[0].after makes a circle, so that none of them begins: "a" after "b" after "a"',
  ],
  [
    'after what never ends',
    phase(`{ "name": "a", ${P} }`, `{ "name": "b", "after": "a", ${P} }`),
    'f.json:4:29: phases[1].after is "a", which is never over: it has no for and no until',
  ],
  [
    'after what always comes again',
    phase(`{ "name": "a", "every": "5s", "for": "1s", ${P} }`, `{ "name": "b", "after": "a", ${P} }`),
    'f.json:4:29: phases[1].after is "a", which is never over: it has every and no times',
  ],
  [
    'two of one name',
    phase(`{ "name": "a", "for": "1s", ${P} }`, `{ "name": "a", "at": "3s", ${P} }`),
    'f.json:4:15: phases[1].name is "a", and so is phases[0].name',
  ],
  [
    'again without an end',
    phase(`{ "name": "a", "every": "5s", ${P} }`),
    'f.json:3:20: phases[0] has every and no end; add for or until',
  ],
  [
    'again before it ends',
    phase(`{ "name": "a", "every": "5s", "for": "6s", ${P} }`),
    'f.json:3:20: phases[0].every is not longer than its for: every is from begin to begin',
  ],
  [
    'the longer time first',
    phase(`{ "name": "a", "every": ["5s", "2s"], "for": "1s", ${P} }`),
    'f.json:3:20: phases[0].every has its longer time first',
  ],
  [
    'one of two times',
    phase(`{ "name": "a", "every": ["5s"], "for": "1s", ${P} }`),
    'f.json:3:29: phases[0].every is ["5s"]; allowed: a time such as "2s", or two between which the seed draws: ["1s", "3s"]',
  ],
  [
    'times without every',
    phase(`{ "name": "a", "times": 3, "for": "1s", ${P} }`),
    'f.json:3:20: phases[0].times does nothing without every or on',
  ],
  [
    'no times',
    phase(`{ "name": "a", "every": "5s", "times": 0, "for": "1s", ${P} }`),
    'f.json:3:44: phases[0].times is 0; allowed: a whole number of at least 1',
  ],
  [
    'a signal that does not exist',
    phase('{ "name": "a", "signal": "SIGFOO" }'),
    'f.json:3:30: phases[0].signal is "SIGFOO"; allowed: a signal such as "SIGTERM"',
  ],
  [
    'a signal that lasts',
    phase('{ "name": "a", "signal": "SIGHUP", "for": "5s" }'),
    'f.json:3:40: phases[0] has for, which does nothing with signal: that is done at once',
  ],
  [
    'a signal and an option',
    phase(`{ "name": "a", "signal": "SIGHUP", ${P} }`),
    'f.json:3:40: phases[0] has both signal and partition: make two phases',
  ],
  [
    'two actions',
    phase('{ "name": "a", "pause": true, "restart": true, "for": "1s" }'),
    'f.json:3:35: phases[0] has both pause and restart: a phase does one thing',
  ],
  [
    'somebody to signal, and no signal',
    phase(`{ "name": "a", "signal_to": "tree", ${P} }`),
    'f.json:3:20: phases[0].signal_to needs signal',
  ],
  [
    'a pause without an end',
    phase('{ "name": "a", "at": "1s", "pause": true }'),
    'f.json:3:32: phases[0] has no end: the tree would stand still for good; add for or until',
  ],
  [
    'a command that is empty',
    phase('{ "name": "a", "run": " " }'),
    'f.json:3:27: phases[0].run is " "; allowed: text that is not empty',
  ],
  [
    'a restart by a word',
    phase('{ "name": "a", "restart": "soon" }'),
    'f.json:3:31: phases[0].restart is "soon"; allowed: true, or a signal such as "SIGKILL"',
  ],
  [
    'a bad rate in a phase',
    phase('{ "name": "a", "packet_loss_rate": 2 }'),
    'f.json:3:40: phases[0].packet_loss_rate is 2; allowed: a number from 0 to 1, or a percentage such as "10%"',
  ],
  [
    'a bad rule in a phase',
    phase('{ "name": "a", "rules": [{ "syscall": "write", "error": "ENOSPCE" }] }'),
    "f.json:3:30: phases[0].rules[0]: 'ENOSPCE' is neither the name of an error nor a number from 1 to 4095: did you mean ENOSPC?",
  ],
  [
    'both keys of an option in a phase',
    phase('{ "name": "a", "network_latency": "1s", "network_latency_ms": 5 }'),
    'f.json:3:20: network_latency and network_latency_ms set the same option; give one of them',
  ],
  [
    'a bad target in a phase',
    phase('{ "name": "a", "partition": true, "to": ["db:99999"] }'),
    'f.json:3:46: phases[0].to[0]: "db:99999" is not a network target. Allowed are 10.0.0.0/8, 10.1.2.3, db.local:5432, :6379, [2001:db8::]/32 and [::1]:80.',
  ],
  [
    'no probes',
    '{ "steady_state": { "probes": [] } }',
    'f.json:1:31: steady_state.probes is []; allowed: a list of probes, at least one',
  ],
  [
    'a key beside the probes',
    '{ "steady_state": { "probe": [] } }',
    'f.json:1:21: unknown key "steady_state.probe" (with value []); did you mean "probes"?',
  ],
  [
    'a probe without a name',
    probe('{ "tcp": ":80" }'),
    'f.json:2:5: steady_state.probes[0].name is missing; allowed: a name: letters, digits and spaces, without : = or quotes, at most 60 of them',
  ],
  [
    'a probe that asks nothing',
    probe('{ "name": "up" }'),
    'f.json:2:5: steady_state.probes[0] is {"name":"up"}; allowed: an object with "name" and one of command, http, tcp, file, output, such as {"name": "up", "tcp": ":8080"}',
  ],
  [
    'a probe that asks two things',
    probe('{ "name": "up", "tcp": ":80", "http": "http://a/" }'),
    'f.json:2:21: steady_state.probes[0] has both http and tcp: a probe asks one thing',
  ],
  [
    'a probe that is misspelt',
    probe('{ "name": "up", "htp": "http://a/" }'),
    'f.json:2:21: unknown key "steady_state.probes[0].htp" (with value "http://a/"); did you mean "http"?',
  ],
  [
    'an address that is none',
    probe('{ "name": "up", "http": "localhost:80" }'),
    'f.json:2:29: steady_state.probes[0].http is "localhost:80"; allowed: an address such as "http://127.0.0.1:8080/health"',
  ],
  [
    'an address with TLS',
    probe('{ "name": "up", "http": "https://localhost/" }'),
    'f.json:2:29: steady_state.probes[0].http is "https://localhost/"; allowed: an address such as "http://127.0.0.1:8080/health"',
  ],
  [
    'an answer of a connection',
    probe('{ "name": "up", "tcp": ":80", "tolerance": 200 }'),
    'f.json:2:48: steady_state.probes[0].tolerance is 200; allowed: nothing: a connection is all that it asks for',
  ],
  [
    'an answer of a file',
    probe('{ "name": "up", "file": "/x", "tolerance": 200 }'),
    'f.json:2:48: steady_state.probes[0].tolerance is 200; allowed: true, false (it is not there), or an object with some of exists, size, age, content',
  ],
  [
    'a key of an answer',
    probe('{ "name": "up", "http": "http://a/", "tolerance": { "output": "x" } }'),
    'f.json:2:57: steady_state.probes[0].tolerance has output; allowed for http: a status, a list of them, a regular expression of the body, or {"status", "body"}',
  ],
  [
    'a size in words',
    probe('{ "name": "up", "file": "/x", "tolerance": { "size": "big" } }'),
    'f.json:2:58: steady_state.probes[0].tolerance.size is "big"; allowed: a size with a comparison, such as "0", ">0", "<=10M", "1K..10M"',
  ],
  [
    'a moment that is none',
    probe('{ "name": "up", "tcp": ":80", "check": ["before", "always"] }'),
    'f.json:2:44: steady_state.probes[0].check is ["before", "always"]; allowed: "before", "during", "after"',
  ],
  [
    'a delay that does nothing',
    probe('{ "name": "up", "tcp": ":80", "check": "after", "initial_delay": "1s" }'),
    'f.json:2:53: steady_state.probes[0].initial_delay does nothing without the check "before"',
  ],
  [
    'a time to recover that does nothing',
    probe('{ "name": "up", "tcp": ":80", "check": "during", "within": "1s" }'),
    'f.json:2:54: steady_state.probes[0].within does nothing without the check "before" or "after"',
  ],
  [
    'two probes of one name',
    probe('{ "name": "up", "tcp": ":80" }', '{ "name": "up", "tcp": ":81" }'),
    'f.json:3:15: steady_state.probes[1].name is "up", and so is steady_state.probes[0].name',
  ],
  [
    'a trigger of the end of nothing',
    '{ "abort_on": {} }',
    'f.json:1:15: abort_on is {}; allowed: an object with one of output, listen, connect, file, syscall, probe, phase, exit, such as {"output": "ready"}',
  ],
  [
    'a trigger of the end, of a phase that is not there',
    '{ "abort_on": { "phase": "a", "is": "ended" } }',
    'f.json:1:15: abort_on[0].phase is "a"; allowed: the name of another phase, and there is none',
  ],
  ['a command to clean up that is empty', '{ "cleanup": "" }', 'f.json:1:14: cleanup is ""; allowed: a shell command'],
];

describe('a scenario that cannot be is refused, with its line and what is allowed', () => {
  it.each(BAD)('%s', (_, text, message) => {
    expect(() => parseConfig(text, 'f.json')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }));
  });

  it('there are many', () => expect(BAD.length).toBeGreaterThan(60));
});

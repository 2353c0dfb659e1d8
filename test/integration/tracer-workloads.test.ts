import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { has, RENACER, scratch } from '../support/guests.ts';
import { PATIENCE_MS } from '../support/patience.ts';

interface Workload {
  readonly needs: readonly string[];
  /** Run by sh in an empty directory; what it prints must not depend on time. */
  readonly script: string;
  readonly files?: Readonly<Record<string, string>>;
}

const PYTHON_THREADS = `
import subprocess, sys, threading, queue
results = queue.Queue()
def work(n):
    out = subprocess.run(['sh', '-c', f'echo {n}; exit {n % 3}'], capture_output=True, text=True)
    results.put((n, out.stdout.strip(), out.returncode))
threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
[t.start() for t in threads]; [t.join() for t in threads]
print(sorted(results.queue))
child = subprocess.Popen([sys.executable, '-c', 'import sys; print(sys.stdin.read()[::-1])'], stdin=-1, stdout=-1, text=True)
print(child.communicate('abc' * 1000)[0][:6], child.returncode)
try: subprocess.run(['sleep', '5'], timeout=0.2)
except subprocess.TimeoutExpired: print('timed out')
`;

const PYTHON_PTY = `
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0: os.execvp('sh', ['sh', '-c', 'stty -echo; echo name?; read n; echo "hello $n"; exec sleep 30'])
def until(text):
    seen = b''
    while text not in seen: seen += os.read(fd, 1000)
until(b'name?'); time.sleep(0.1); os.write(fd, b'bob\\n'); until(b'hello bob'); os.write(fd, b'\\x03')
print(os.waitpid(pid, 0)[1] & 127)
`;

const NODE_CHILDREN = `
const { spawn, fork, execFileSync } = require('child_process');
const { Worker } = require('worker_threads');
const done = (child) => new Promise((r) => child.on('exit', (code, signal) => r(code ?? signal)));
(async () => {
  const sleeper = spawn('sleep', ['60']);
  setTimeout(() => sleeper.kill(), 50);
  const codes = await Promise.all([done(sleeper), ...[1, 2, 3].map((n) => done(spawn('sh', ['-c', 'exit ' + n])))]);
  const worker = await new Promise((r) => new Worker("require('worker_threads').parentPort.postMessage(6 * 7)", { eval: true }).on('message', r));
  console.log(codes, worker, execFileSync('echo', ['sync']).toString().trim());
})();
`;

const MAKEFILE = `
all: $(patsubst %,out/%,1 2 3 4 5 6 7 8 9 10 11 12)
	@cat out/* | sort -n | tr '\\n' ' '
out/%:
	@mkdir -p out; sleep 0.0$*; echo $* > $@
broken:
	@exit 3
`;

const WORKLOADS: Readonly<Record<string, Workload>> = {
  git: {
    needs: ['git'],
    script: `export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z' HOME=$PWD
      git config --global user.name a; git config --global user.email a@b
      git init -q -b main r; cd r; seq 100 > f; git add f; git commit -qm one; git checkout -qb two; seq 50 > f; git commit -qam two
      git checkout -q main; git merge -q --no-ff -m merge two; git log --format='%H %s'; cd ..; git clone -q r c; git -C c fsck; git -C c gc -q; git -C c status`,
  },
  'make -j': { needs: ['make'], script: 'make -j4 && make broken; echo $?', files: { Makefile: MAKEFILE } },
  npm: {
    needs: ['npm'],
    script: 'npm --offline run -s hello 2>&1; npm --offline run -s fails; echo $?',
    files: { 'package.json': '{"scripts": {"hello": "node -p 6*7 | cat", "fails": "exit 3"}}' },
  },
  'python subprocess and threads': { needs: ['python3'], script: 'python3 t.py', files: { 't.py': PYTHON_THREADS } },
  'a python program in a pty': { needs: ['python3'], script: 'python3 t.py', files: { 't.py': PYTHON_PTY } },
  'node with children and workers': { needs: ['node'], script: 'node t.js', files: { 't.js': NODE_CHILDREN } },
  'redis with clients': {
    needs: ['redis-server', 'redis-cli'],
    script: `redis-server --port 0 --unixsocket $PWD/s --daemonize yes --save '' --pidfile $PWD/pid --logfile $PWD/log >/dev/null
      until redis-cli -s s ping >/dev/null 2>&1; do sleep 0.05; done
      for c in 1 2 3 4; do (for i in $(seq 10); do redis-cli -s s incr n >/dev/null; done) & done; wait
      redis-cli -s s get n; redis-cli -s s set k v; redis-cli -s s bgsave; redis-cli -s s shutdown nosave`,
  },
  'bash job control': {
    needs: ['bash'],
    script: `bash -mc 'sleep 60 & kill -STOP %1; sleep 0.1; jobs -s | wc -l; kill -CONT %1; kill %1; wait %1; echo $?; (exit 7) & wait $!; echo $?
      trap "echo usr" USR1; kill -USR1 $$; { sleep 0.2; kill -USR1 $$; } & wait; echo waited $?; wait; coproc cat; echo hi >&"\${COPROC[1]}"; read -u "\${COPROC[0]}" l; echo $l'`,
  },
  'tar and compressors in pipes': {
    needs: ['tar', 'gzip'],
    script:
      'mkdir d; for i in 1 2 3; do seq 3000 > d/$i; done; tar cf - d | gzip -n | gunzip | tar xf - -C /dev/shm --to-stdout | cksum; yes | head -n 1000 | wc -l',
  },
  'a shell with traps and exit codes': {
    needs: ['sh'],
    script: `trap 'echo exit' EXIT; trap 'echo term' TERM; (sleep 0.1; kill -TERM $$) & sleep 0.3; wait; sh -c 'kill -SEGV $$'; echo $?; sh -c 'kill -9 $$'; echo $?; false | true; echo $?; exec 3<&0; cat <&3`,
  },
  'perl with fork and sockets': {
    needs: ['perl'],
    script: `perl -MSocket -e 'socketpair(A, B, AF_UNIX, SOCK_STREAM, 0); $SIG{ALRM} = sub { print "alarm\\n" }; alarm 1;
      if (!fork) { syswrite B, "x" x 9; exit 5 } sysread A, $x, 99; wait; print $x, $? >> 8, "\\n"; select undef, undef, undef, 3; printf "%d\\n", $!{EINTR}'`,
  },
  'xargs and find': {
    needs: ['find', 'xargs'],
    script:
      'mkdir -p a/b/c; touch a/1 a/b/2 a/b/c/3; find a -type f | sort | xargs -P 4 -n 1 -I{} sh -c "basename {}" | sort; find . -exec false {} + ; echo $?',
  },
  gdb: { needs: ['gdb'], script: 'gdb -batch -ex "print 6*7" 2>/dev/null' },
  'a C compiler': {
    needs: ['cc'],
    script: 'cc -pipe -o t t.c && ./t; echo $?; cc -o t bad.c 2>/dev/null; echo $?',
    files: { 't.c': '#include <stdio.h>\nint main(void) { puts("compiled"); return 9; }', 'bad.c': 'int main( {' },
  },
};

function run(workload: Workload, before: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  // The same names both times: some programs print them.
  const directory = path.join(scratch(), 'd');
  mkdirSync(directory);
  for (const [name, text] of Object.entries(workload.files ?? {})) writeFileSync(path.join(directory, name), text);
  const [file, ...args] = [...before, 'sh', '-c', workload.script];
  const { status, stdout, stderr } = spawnSync(file!, args, {
    cwd: directory,
    encoding: 'utf8',
    input: 'what it reads\n',
    timeout: PATIENCE_MS,
  });
  const plain = (text: string): string =>
    text.replaceAll(path.dirname(directory), '/SCRATCH').replace(/\b\d{3,7}\b(?= (Segm|Killed|Term))/g, 'PID');
  return { status, stdout: plain(stdout), stderr: plain(stderr) };
}

describe('real programs do what they do untraced', () => {
  for (const [name, workload] of Object.entries(WORKLOADS)) {
    const missing = workload.needs.filter((program) => !has(program));
    it.skipIf(missing.length > 0)(`${name}${missing.length > 0 ? ` (needs ${missing.join(', ')})` : ''}`, () => {
      const bare = run(workload, []);
      for (const engine of ['ptrace', 'auto']) {
        expect(run(workload, [RENACER, '--engine', engine, '-f', '-o', '/dev/null', '--'])).toEqual(bare);
      }
      expect(bare.stdout).not.toBe('');
    });
  }
});

// Programs at real work: what makes the directory (a bash script in it), the command, and options of `renacer sweep` that a user would give.
const GIT =
  'export GIT_AUTHOR_DATE=2020-01-01T00:00:00Z GIT_COMMITTER_DATE=2020-01-01T00:00:00Z; git init -q .; git config user.name n; git config user.email n@example.org';
const THOUSAND = 'for d in $(seq 1 20); do mkdir d$d; for f in $(seq 1 50); do seq $d $((d + f)) > d$d/f$f; done; done';

const GIT_OPTIONS = ['--verify-always', 'git fsck --strict', '--ignore', '.git/index'];
const TREE = 'mkdir -p src/sub; seq 1 5000 > src/a; seq 1 100 > src/sub/b; ln -s a src/l';
/** A table of 400 rows; `more` is done before the end. */
const table = (more = '') =>
  `seq 1 400 | sed 's/.*/insert into t values(&, hex(zeroblob(50)));/' | (echo 'create table t(n, s);begin;'; cat; echo 'commit;${more}') | sqlite3 db`;
const SOUND_DATABASE = ['--verify-always', 'test "$(sqlite3 db "pragma integrity_check")" = ok'];

export const SUBJECTS = {
  redis: {
    setup: 'echo \'port 7399\nbind 127.0.0.1\nsave ""\nappendonly yes\nloglevel warning\' > redis.conf',
    command: ['redis-server', 'redis.conf'],
    options: ['--ready', 'tcp:7399', '--drive', 'redis-cli -p 7399 set k v && redis-cli -p 7399 get k'],
  },
  nginx: {
    setup:
      'mkdir www logs; seq 1 5000 > www/index.html; echo "user root; worker_processes 1; pid $PWD/pid; error_log $PWD/logs/error.log; events {} http { access_log off; client_body_temp_path $PWD/t1; proxy_temp_path $PWD/t2; fastcgi_temp_path $PWD/t3; uwsgi_temp_path $PWD/t4; scgi_temp_path $PWD/t5; server { listen 127.0.0.1:7398; root $PWD/www; } }" > nginx.conf',
    command: ['bash', '-c', 'exec nginx -e "$PWD/logs/error.log" -c "$PWD/nginx.conf" -g "daemon off;"'],
    options: ['--ready', 'tcp:7398', '--drive', 'curl -sSf http://127.0.0.1:7398/index.html'],
  },
  'npm-install': {
    setup:
      'mkdir -p src/dep/lib; echo \'{"name":"dep","version":"1.0.0","main":"lib/index.js"}\' > src/dep/package.json; seq 1 300 | sed "s/.*/exports.f& = &;/" > src/dep/lib/index.js; (cd src/dep && npm pack --silent --pack-destination ../..); rm -r src; echo \'{"name":"app","version":"1.0.0","dependencies":{"dep":"file:dep-1.0.0.tgz"}}\' > package.json',
    command: ['npm', 'install', '--offline', '--no-audit', '--no-fund', '--cache', '.npm-cache', '--logs-max=0'],
    options: ['--verify', 'node -e \'process.exit(require("dep").f300 === 300 ? 0 : 1)\'', '--ignore', '.npm-cache/**'],
  },
  make: {
    setup:
      "for i in 1 2 3 4; do echo \"int f$i(void) { return $i; }\" > f$i.c; done; printf 'int f1(void), f2(void), f3(void), f4(void);\\nint main(void) { return f1() + f2() + f3() + f4() == 10 ? 0 : 1; }\\n' > main.c; printf 'prog: main.o f1.o f2.o f3.o f4.o\\n\\tcc -o $@ $^\\n%%.o: %%.c\\n\\tcc -c -o $@ $<\\n' > Makefile",
    command: ['make', '-j2', '-s'],
    options: ['--verify', './prog'],
  },
  'python-subprocess': {
    setup:
      'echo \'[{"name":"b","n":2},{"name":"a","n":1}]\' > in.json; printf \'import json, subprocess\\nwith open("in.json") as f: rows = json.load(f)\\nr = subprocess.run(["sort"], input="\\\\n".join(x["name"] for x in rows), capture_output=True, text=True, check=True)\\nwith open("out.json", "w") as f: json.dump({"names": r.stdout.split(), "sum": sum(x["n"] for x in rows)}, f)\\nprint(r.stdout.split())\\n\' > s.py',
    command: ['/usr/bin/python3', 's.py'],
  },
  'node-http': {
    setup:
      'seq 1 3000 > page.txt; printf \'const http = require("node:http"), fs = require("node:fs");\\nhttp.createServer((q, s) => fs.readFile("page.txt", (e, d) => { if (e) console.error(e.message); s.statusCode = e ? 500 : 200; s.end(e ? "" : d); })).listen(7397, "127.0.0.1");\\nprocess.on("SIGTERM", () => process.exit(0));\\n\' > s.js',
    command: ['node', 's.js'],
    options: ['--ready', 'tcp:7397', '--drive', 'curl -sSf http://127.0.0.1:7397/'],
  },
  'node-fs': {
    setup:
      'seq 1 500 > in.txt; printf \'const fs = require("node:fs");\\nconst lines = fs.readFileSync("in.txt", "utf8").trim().split("\\\\n");\\nfs.writeFileSync("out.tmp", JSON.stringify(lines.map(Number)));\\nfs.renameSync("out.tmp", "out.json");\\nconsole.log(lines.length);\\n\' > s.js',
    command: ['node', 's.js'],
  },
  'bash-pipes': {
    setup:
      'seq 1 2000 > in; printf \'set -euo pipefail\\nsort -rn in | head -100 > top || true\\ngrep 7 in | sed s/7/x/ | sort | uniq -c | sort -rn > counts\\nwhile read -r n w; do echo "$w $n"; done < counts > swapped\\nwc -l < swapped\\n\' > s.sh',
    command: ['bash', 's.sh'],
  },
  'git-init': { setup: 'true', command: ['git', 'init', '-q', 'repo'], options: ['--verify', 'git -C repo status'] },
  'git-add': {
    setup: `${GIT}; ${THOUSAND}; git add .; git commit -qm one; for d in 1 2 3; do echo more >> d$d/f1; done`,
    command: ['git', 'add', '.'],
    options: GIT_OPTIONS,
  },
  'git-commit': {
    setup: `${GIT}; ${THOUSAND}; git add .; git commit -qm one; for d in 1 2 3; do echo more >> d$d/f1; done; git add .`,
    command: ['git', 'commit', '-qm', 'two'],
    options: [
      ...GIT_OPTIONS,
      '--env',
      'GIT_AUTHOR_DATE=2020-01-01T00:00:00Z',
      '--env',
      'GIT_COMMITTER_DATE=2020-01-01T00:00:00Z',
    ],
  },
  'git-gc': {
    setup: `${GIT}; ${THOUSAND}; git add .; git commit -qm one`,
    command: ['git', 'gc', '-q'],
    options: GIT_OPTIONS,
  },
  'sqlite-import': {
    setup:
      "seq 1 400 | sed 's/.*/&,name&/' > in.csv; sqlite3 db 'create table t(n integer primary key, s text); create index i on t(s)'",
    command: ['sqlite3', '-bail', 'db', '.mode csv', '.import in.csv t'],
    options: SOUND_DATABASE,
  },
  'sqlite-dump': {
    setup: table(),
    command: ['sqlite3', 'db', '.dump'],
  },
  'sqlite-vacuum': {
    setup: table(' delete from t where n > 50;'),
    command: ['sqlite3', '-bail', 'db', 'vacuum'],
    options: SOUND_DATABASE,
  },
  'tar-create': {
    setup: `${TREE}; ln src/a src/h`,
    command: ['tar', '-czf', 'out.tgz', 'src'],
    options: ['--verify', 'tar -df out.tgz'],
  },
  'tar-extract': {
    setup: `${TREE}; ln src/a src/h; tar -czf in.tgz src; rm -r src`,
    command: ['tar', '-xzf', 'in.tgz'],
  },
  rsync: {
    setup: `${TREE}; mkdir dst; seq 1 4000 > dst/a; seq 1 3 > dst/gone`,
    command: ['rsync', '-a', '--delete', 'src/', 'dst/'],
  },
  curl: {
    setup:
      "seq 1 20000 > page.txt; printf 'python3 -m http.server -b 127.0.0.1 7396 >/dev/null 2>&1 &\\nserver=$!\\nfor i in $(seq 1 100); do curl -sf http://127.0.0.1:7396/page.txt -o got && break; sleep 0.1; done\\nkill $server; wait $server || true\\ncmp got page.txt\\n' > s.sh",
    command: ['bash', 's.sh'],
  },
};

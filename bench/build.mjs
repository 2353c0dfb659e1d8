import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** `make -B -j2` of C files that take as long to compile as those of usual programs: a few tenths of a second each. */
export function makeBuild(directory, files) {
  mkdirSync(directory);
  const names = Array.from({ length: files }, (_, index) => `f${index}`);
  for (const name of names) writeFileSync(path.join(directory, `${name}.c`), source(name, 40));
  const objects = names.map((name) => `${name}.o`).join(' ');
  writeFileSync(path.join(directory, 'Makefile'), `CFLAGS = -O2\nall: ${objects}\n`);
  return ['make', '-C', directory, '-B', '-j2', '-s'];
}

function source(name, functions) {
  const body = (index) => `
int ${name}_${index}(const char *text, int *counts, int limit) {
  int sum = 0;
  for (int i = 0; text[i] && i < limit; i++) {
    switch ((text[i] + ${index}) & 7) {
      case 0: counts[i & 255] += sum; break;
      case 1: sum += strlen(text + i) * ${index + 3}; break;
      case 2: sum ^= counts[(i * ${index + 7}) & 255]; break;
      default: if (sum > limit) printf("%d %s\\n", sum, text); else sum += i;
    }
  }
  return sum;
}`;
  return `#include <stdio.h>\n#include <string.h>\n${Array.from({ length: functions }, (_, index) => body(index)).join('')}\n`;
}

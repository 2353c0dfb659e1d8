import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { emptyDirectory, renacer } from '../support/renacer.ts';

const CHROMIUM = '/usr/bin/chromium';

/** A trace of a shell with two children, as a page. */
function traced(...command: string[]): string {
  return tracedWith([], ...command);
}

function tracedWith(options: readonly string[], ...command: string[]): string {
  const file = path.join(emptyDirectory(), 'trace.html');
  renacer(['-f', '--format', 'html', ...options, '-o', file, '--', ...command]);
  return file;
}

it('a trace can hold anything: nothing of it ends the data or becomes a tag', () => {
  const page = readFileSync(traced('sh', '-c', ': </script><script>alert(1)</script><!-- '), 'utf8');
  expect(page).not.toContain('<script>alert');
  expect(page.match(/<\/script>/g)).toHaveLength(2);
});

it('is not written to a terminal', () => {
  const inTerminal = ['-c', 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'];
  const { status, stdout } = renacer(['--format', 'html', '--', 'true'], { through: ['python3', ...inTerminal] });
  expect(status).toBe(125);
  expect(stdout).toMatch(/--format html would write a page of HTML to the terminal\s+.*-o trace\.html/);
  expect(stdout).not.toContain('<html');
});

it('asks for nothing outside', () => {
  const page = readFileSync(traced('true'), 'utf8').replaceAll('http://www.w3.org/2000/svg', '');
  expect(page).not.toMatch(/https?:|<link|<img|src=|@import|url\(/);
});

describe.skipIf(!existsSync(CHROMIUM))(`in a browser (needs ${CHROMIUM})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  async function opened(file: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    onTestFinished(() => page.close());
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) problems.push(request.url());
    });
    await page.goto(`file://${file}`);
    await page.waitForSelector('#window .row');
    expect(problems).toEqual([]);
    return page;
  }

  const shown = async (page: Page): Promise<string> => (await page.textContent('#shown'))!;
  const calls = (page: Page): Promise<string[]> => page.locator('#window .row span:nth-child(3)').allTextContents();

  it('shows the stack of the call that is selected', async () => {
    const page = await opened(tracedWith(['-k', '-e', 'trace=openat'], 'cat', '/etc/hostname', '/etc/hostname'));
    await page.fill('#search', 'hostname');
    expect(await calls(page)).toHaveLength(2);
    // The second has the same stack, which stands in the page but once.
    for (const row of [1, 2]) {
      await page.click(`#window .row:nth-child(${row})`);
      expect(await page.textContent('#detail')).toMatch(
        /took .*\n\/.*libc.*\(\w*open\w*\+0x[0-9a-f]+\) \[0x[0-9a-f]+\]\n/,
      );
    }
  });

  it('shows phases as bands above the tasks, each with what made it begin', async () => {
    const phase = '--phase=half:on=syscall=openat,path=/etc/hostname:cpu_limit=0.5';
    const page = await opened(tracedWith(['--trace', phase], 'cat', '/etc/hostname'));
    expect(await page.locator('#legend span').allTextContents()).toContain('phase');
    const { x, y, width } = (await page.locator('#lanes canvas').boundingBox())!;
    // It lasts to the end.
    await page.mouse.move(x + width - 20, y + 28);
    expect(await page.locator('#tip').textContent()).toContain('phase half, time 1: openat path=/etc/hostname');
  });

  it('shows calls, tasks, errors and latencies, and filters them', async () => {
    const page = await opened(traced('sh', '-c', 'cat /etc/hostname; cat /nonexistent; :'));
    expect(await page.textContent('#command')).toContain('cat /nonexistent');
    expect(await page.locator('.tile').allTextContents()).toContain('3tasks');
    expect((await calls(page))[1]).toMatch(/^execve\("/);

    await page.fill('#search', 'openat /nonexistent');
    expect(await calls(page)).toEqual(['openat(AT_FDCWD, "/nonexistent", O_RDONLY)']);
    expect(await page.getAttribute('#window .row', 'class')).toContain('error');
    await page.click('#window .row');
    expect(await page.textContent('#detail')).toMatch(
      /= -1 ENOENT \(No such file or directory\)\ntask 0\.2 · .* · cat · at /,
    );

    await page.keyboard.press('Escape');
    await page.click('.latency:has-text("execve")');
    expect(new Set((await calls(page)).map((text) => text.split('(')[0]))).toEqual(new Set(['execve']));
    await page.click('.chip');
    await page.click('.tile.errors');
    expect(await page.locator('#window .row:not(.error)').count()).toBe(0);
  });

  it('a part of the time is chosen by dragging, and left by a double click', async () => {
    const page = await opened(traced('sh', '-c', 'sleep 0.2; cat /etc/hostname'));
    const all = await shown(page);
    const box = (await page.locator('#lanes canvas').boundingBox())!;
    await page.mouse.move(box.x + 300, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + 700, box.y + 40, { steps: 3 });
    await page.mouse.up();
    expect(await page.locator('.chip').count()).toBe(1);
    expect(await shown(page)).not.toBe(all);
    await page.mouse.dblclick(box.x + 500, box.y + 30);
    expect(await shown(page)).toBe(all);
  });

  it('has few elements, however many calls there are', async () => {
    const file = traced('dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=50000');
    const page = await opened(file);
    expect(Number(/[\d,]+$/.exec(await shown(page))![0].replaceAll(',', ''))).toBeGreaterThan(100_000);
    expect(await page.locator('#window .row').count()).toBeLessThan(120);
    await page.evaluate("document.getElementById('scroller').scrollTop = 1e9");
    await page.waitForFunction("document.querySelector('#window').textContent.includes('exited with 0')");
    expect(await page.locator('#window .row').count()).toBeLessThan(120);
  });

  it('says how the run ended and how to repeat it, and leads from each fault to its call', async () => {
    const page = await opened(
      tracedWith(
        ['--seed', '7', '-e', 'trace=write,openat', '-e', 'inject=write:error=EIO:when=2'],
        ...['sh', '-c', 'echo "$1"; echo two || exit 3', "it's quoted", 'a b'],
      ),
    );
    expect(await page.textContent('#command')).toBe("sh -c 'echo \"$1\"; echo two || exit 3' 'it'\\''s quoted' 'a b'");
    expect(await page.textContent('.outcome')).toBe('failed');
    expect(await page.textContent('.facts')).toMatch(/^failedexit status 3 after [\d.]+ sseed 7$/);
    expect(await page.textContent('.again code')).toMatch(/^renacer .*--seed=7 .*when=2 .* 'a b'$/);
    expect(await page.textContent('#faults summary')).toBe('1 fault injected');
    await page.click('#faults summary');
    await page.click('button.fault');
    expect(await page.textContent('#detail')).toMatch(
      /^write\(1, "two\\n", 4\) = -1 EIO .*⚡ error=EIO at write #2 of task 0$/s,
    );
    expect(await page.textContent('#legend')).toContain('injected');
  });

  it('says nothing of an end that was cut off', async () => {
    const file = traced('true');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, text.lastIndexOf('{"outcome"') + 30));
    const page = await opened(file);
    expect(await page.isHidden('#ending')).toBe(true);
  });

  it('is drawn in the light and in the dark', async () => {
    const page = await opened(traced('true'));
    const back = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await back();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await back();
    expect(dark).not.toBe(light);
    await page.click('#theme');
    expect(await back()).toBe(light);
  });

  it('reads a page whose trace was cut short', async () => {
    const file = traced('true');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, text.lastIndexOf('exit_group') + 20));
    const page = await opened(file);
    expect((await calls(page))[1]).toMatch(/^execve\("/);
  });
});

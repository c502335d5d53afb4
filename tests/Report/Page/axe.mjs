// Looks for faults of accessibility on a page with axe-core, in Chromium, in light and dark, at 390 and 1200 px. A command of its own:
//   npm install --no-save axe-core && node tests/Report/Page/axe.mjs RUN/report.html
// Exit code 1 where axe finds anything.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const axe = readFileSync(createRequire(join(process.cwd(), 'x.js')).resolve('axe-core/axe.min.js'), 'utf8').replaceAll('</script', '<\\/script');
const page = readFileSync(process.argv[2], 'utf8'), end = page.lastIndexOf('</body>'), root = mkdtempSync(join(tmpdir(), 'axe-'));
const ask = `axe.run().then(found => {
  const seen = document.createElement('pre');
  seen.id = 'axe';
  seen.textContent = JSON.stringify(found.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html.slice(0, 120))]));
  document.body.append(seen);
});`;
writeFileSync(join(root, 'page.html'), `${page.slice(0, end)}<script>${axe}</script><script>${ask}</script>${page.slice(end)}`);
let faults = 0;
for (const [name, scheme] of [['light', 1], ['dark', 0]]) {
  for (const width of [390, 1200]) {
    const shown = execFileSync('chromium', [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      `--user-data-dir=${join(root, name + width)}`, '--virtual-time-budget=20000', `--window-size=${width},900`,
      `--blink-settings=preferredColorScheme=${scheme}`, '--dump-dom', `file://${join(root, 'page.html')}`,
    ], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
    const found = /<pre id="axe">(.*?)<\/pre>/s.exec(shown)?.[1] ?? 'axe did not end';
    console.log(`${name}, ${width} px: ${found === '[]' ? 'nothing found' : found}`);
    faults += found === '[]' ? 0 : 1;
  }
}
rmSync(root, { recursive: true, force: true });
process.exitCode = faults > 0 ? 1 : 0;

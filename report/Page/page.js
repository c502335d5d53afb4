'use strict';
/* Sliders over the run's workload. The state is the arrival rate, the weight, the shares and, where a reader moved one, the budgets;
   it is kept in the page's fragment. */
(() => {
  const data = JSON.parse(document.getElementById('data').textContent), ask = document.getElementById('ask');
  if (!data)
    return;
  const SVG = 'http://www.w3.org/2000/svg', W = 460, H = 270, LEFT = 40, RIGHT = 12, TOP = 10, BOTTOM = 38, STEPS = 400;
  const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', 'var(--ink)', '#E69F00', '#56B4E9'];
  const node = (tag, attributes = {}, ...inside) => {
    const made = tag.startsWith('svg:') ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const written = (x, digits = 4) => !Number.isFinite(x) ? '–' : x === 0 ? '0'
    : Math.abs(x) >= 1000 ? Math.round(x).toLocaleString('en') : Number(x.toPrecision(digits)).toString();
  const tokens = x => x < 10 ? written(x, 2) : Math.round(x).toLocaleString('en');
  const seconds = x => Number.isFinite(x) ? `${written(x)} s` : '–';
  const percent = x => `${(100 * x).toFixed(1)} %`;

  ask.hidden = false;
  if (data.server !== 'one') {
    ask.append(node('p', {}, 'Sliders are not offered: they are for a server that takes one query at a time, and this allocation is for '
      + 'a server with several slots.'));
    return;
  }

  const model = Solver.read(data.workload), tasks = model.tasks, measured = tasks.map(t => data.measured.find(m => m.task === t.name));
  const run = { rate: model.rate, weight: model.weight, shares: tasks.map(t => t.share), budgets: null };
  const least = tasks.reduce((sum, t) => sum + t.share * Math.min(...t.S), 0);
  const ranges = {
    rate: [run.rate / 50, Math.max(run.rate * 2, 1.15 / Math.max(least, 1e-9))],
    weight: [run.weight / 100, run.weight * 100],
  };
  const largest = tasks.map((t, k) => Math.max(1, ...measured[k].points.map(p => p[0])));
  const ends = tasks.map((t, k) => Math.max(t.low, Math.min(t.high, Math.max(2 * largest[k], 1.5 * measured[k].budget))));
  const end = Math.max(1, ...ends);
  let state = { ...run }, best = null, now = null, later = 0;
  model.rate = run.rate;
  const atRun = Solver.solve(model);

  /* Parts of the page. */
  const parts = { rows: {} };
  const range = (label, onInput, describe) => {
    const id = 'ask-' + label.replace(/\W+/g, '-').toLowerCase() + '-' + Object.keys(parts.rows).length;
    const input = node('input', { type: 'range', min: 0, max: STEPS, step: 1, id }), output = node('output', { for: id });
    const row = node('div', { class: 'row' }, node('label', { for: id }, label), input, output);
    input.addEventListener('input', () => onInput(Number(input.value) / STEPS));
    parts.rows[id] = { input, output, describe };
    return row;
  };
  const onLog = ([low, high]) => ({
    to: x => Math.log(x / low) / Math.log(high / low),
    from: share => low * Math.pow(high / low, share),
  });
  const rateScale = onLog(ranges.rate), weightScale = onLog(ranges.weight);
  const budgetFrom = (k, share) => near(k, Math.expm1(share * Math.log1p(ends[k])));
  const budgetTo = (k, budget) => Math.log1p(Math.min(budget, ends[k])) / Math.log1p(Math.max(ends[k], 1e-9));
  const near = (k, budget) => {
    const t = tasks[k], cut = Math.min(t.high, Math.max(t.low, budget));
    return t.points ? t.grid.reduce((x, y) => Math.abs(Math.log1p(y) - Math.log1p(cut)) < Math.abs(Math.log1p(x) - Math.log1p(cut)) ? y : x)
      : Math.round(cut) >= t.low && Math.round(cut) <= t.high ? Math.round(cut) : cut;
  };
  const heldAt = (k, budget) => {
    const budgets = (state.budgets || best.budgets).slice();
    budgets[k] = budget;
    change({ budgets });
  };

  const controls = node('div', {},
    range('Arrival rate λ', share => change({ rate: rateScale.from(share), budgets: null }),
      () => [rateScale.to(state.rate), `${written(state.rate, 3)}/s`]),
    range('Accuracy weight α', share => change({ weight: weightScale.from(share), budgets: null }),
      () => [weightScale.to(state.weight), `${written(state.weight, 3)} s`]),
    node('h3', {}, 'Shares of the queries'),
    ...tasks.map((t, k) => range(measured[k].name + ' share', share => {
      const shares = state.shares.map((x, j) => j === k ? share : x), sum = shares.reduce((x, y) => x + y, 0);
      if (sum > 0)
        change({ shares, budgets: null });
    }, () => [state.shares[k], percent(shareOf(k))])));
  const budgetRows = node('div', {}, node('h3', {}, 'Budgets (thinking tokens)'),
    ...tasks.map((t, k) => range(measured[k].name + ' budget', share => heldAt(k, budgetFrom(k, share)),
      () => [budgetTo(k, now.budgets[k]), tokens(now.budgets[k])])));
  const numbers = node('div', { class: 'numbers', 'aria-live': 'polite' }), said = node('div', { 'aria-live': 'polite' });
  const curves = node('svg:svg', { viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': 'Accuracy against budget, by task' });
  const frontier = node('svg:svg', { viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': 'Accuracy against mean system time' });
  const colourOf = k => COLOURS[k % COLOURS.length];
  const key = node('p', { class: 'key' }, ...tasks.map((t, k) => node('span', {},
    node('i', { style: `background:${colourOf(k)}` }), measured[k].name)));
  const back = node('button', { type: 'button', id: 'ask-back' }, 'Back to the run');
  const optimal = node('button', { type: 'button', id: 'ask-best' }, 'Use the best budgets');
  back.addEventListener('click', () => change({ ...run }));
  optimal.addEventListener('click', () => change({ budgets: null }));
  ask.append(
    node('p', {}, 'Move a slider, or drag a ring in the figure. The best budgets ℓ* follow arrival rate, weight and shares, by the fitted '
      + 'curves of this run' + (data.simulated ? ' (simulated endpoint)' : '') + '; they have no intervals here. The address of the page keeps '
      + 'what you set.'),
    node('div', {}, back, optimal), numbers, said,
    node('div', { class: 'columns' }, controls, budgetRows),
    node('div', { class: 'columns' },
      node('figure', {}, key, curves, node('figcaption', {}, 'Accuracy against budget. Points: measured. Triangles: ℓ*. Rings: the budgets '
        + 'set here; drag them, or use the sliders.')),
      node('figure', {}, frontier, node('figcaption', {}, 'Accuracy against mean system time of the best budgets as α runs. Ring: here. '
        + 'Square: the run.'))));

  /* Axes of a drawing: x on a logarithm, y plain. */
  const place = (low, high, shift, bottom, top) => ({
    x: v => LEFT + (W - LEFT - RIGHT) * Math.log((v + shift) / (low + shift)) / Math.log((high + shift) / (low + shift)),
    y: v => H - BOTTOM - (H - TOP - BOTTOM) * (v - bottom) / (top - bottom),
    back: px => (low + shift) * Math.pow((high + shift) / (low + shift), (px - LEFT) / (W - LEFT - RIGHT)) - shift,
  });
  const axes = (at, xs, ys, label) => [
    ...ys.map(([v, text]) => node('svg:line', { class: 'axis', x1: LEFT, x2: W - RIGHT, y1: at.y(v), y2: at.y(v) })),
    ...ys.map(([v, text]) => node('svg:text', { x: LEFT - 5, y: at.y(v) + 4, 'text-anchor': 'end' }, text)),
    ...xs.map(([v, text]) => node('svg:text', { x: at.x(v), y: H - BOTTOM + 17, 'text-anchor': 'middle' }, text)),
    node('svg:text', { x: (W + LEFT) / 2, y: H - 4, 'text-anchor': 'middle' }, label),
  ];
  const path = (points, at, colour) => node('svg:path', {
    d: points.map(([x, y], i) => `${i ? 'L' : 'M'}${at.x(x).toFixed(1)} ${at.y(y).toFixed(1)}`).join(''),
    fill: 'none', stroke: colour, 'stroke-width': 1.8,
  });
  const onCurves = place(0, end, 1, 0, 1);

  function drawCurves() {
    const powers = [0, 1, 4, 16, 64, 256, 1024, 4096, 16384, 65536].filter(x => x <= end).map(x => [x, x.toLocaleString('en')]);
    const fixed = tasks.flatMap((t, k) => {
      const xs = t.points ? [] : Array.from({ length: 81 }, (_, i) => Math.expm1(Math.log1p(ends[k]) * i / 80)).filter(x => x >= t.low);
      return [
        path(xs.map(x => [x, t.gain(x)]), onCurves, colourOf(k)),
        ...measured[k].points.filter(p => p[0] <= end).map(p =>
          node('svg:circle', { cx: onCurves.x(p[0]), cy: onCurves.y(p[1]), r: 2.6, fill: colourOf(k) })),
      ];
    });
    const marks = tasks.map((t, k) => node('svg:path', { d: 'M0 -6L5 4L-5 4Z', fill: colourOf(k) }));
    const rings = tasks.map((t, k) => {
      const ring = node('svg:circle', { class: 'handle', r: 7, fill: colourOf(k), 'fill-opacity': 0.75 });
      ring.append(node('svg:title', {}, measured[k].name));
      ring.addEventListener('pointerdown', event => ring.setPointerCapture(event.pointerId));
      ring.addEventListener('pointermove', event => {
        if (!ring.hasPointerCapture(event.pointerId))
          return;
        const box = curves.getBoundingClientRect();
        heldAt(k, near(k, Math.min(ends[k], onCurves.back((event.clientX - box.left) * W / box.width))));
      });
      return ring;
    });
    curves.append(...axes(onCurves, powers, [0, 0.25, 0.5, 0.75, 1].map(y => [y, y.toString()]), 'Budget (thinking tokens)'),
      ...fixed, ...marks, ...rings);
    return { marks, rings };
  }
  const drawn = drawCurves();

  function drawFrontier() {
    const points = Solver.frontier(model, 17).filter(p => p.stable), here = now.stable ? [[now.time, now.accuracy]] : [];
    const all = [...points.map(p => [p.time, p.accuracy]), ...here, ...(atRun.stable ? [[atRun.time, atRun.accuracy]] : [])];
    frontier.replaceChildren();
    if (all.length === 0)
      return;
    const xs = all.map(p => p[0]), ys = all.map(p => p[1]), low = Math.min(...xs) / 1.1, high = Math.max(...xs) * 1.1;
    const bottom = Math.max(0, Math.min(...ys) - 0.03), top = Math.min(1, Math.max(...ys) + 0.03);
    const at = place(low, high, 0, bottom, top), ticks = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++)
      ticks.push(...[1, 2, 5].map(m => m * 10 ** e).filter(x => x >= low && x <= high));
    frontier.append(...axes(at, ticks.map(x => [x, written(x, 2)]),
      [0, 1, 2, 3, 4].map(i => bottom + (top - bottom) * i / 4).map(y => [y, y.toFixed(2)]), 'Mean system time (s)'),
    path(points.map(p => [p.time, p.accuracy]), at, COLOURS[0]),
    ...points.map(p => node('svg:circle', { cx: at.x(p.time), cy: at.y(p.accuracy), r: 2.4, fill: COLOURS[0] })));
    if (atRun.stable)
      frontier.append(node('svg:rect', { x: at.x(atRun.time) - 5, y: at.y(atRun.accuracy) - 5, width: 10, height: 10, fill: COLOURS[1] }));
    here.forEach(([x, y]) => frontier.append(node('svg:circle', { class: 'ring', cx: at.x(x), cy: at.y(y), r: 6, fill: 'none',
      stroke: 'var(--ink)', 'stroke-width': 2 })));
  }

  const shareOf = k => state.shares[k] / state.shares.reduce((x, y) => x + y, 0);

  function remarks() {
    const words = [];
    if (!best.stable)
      words.push(`Nothing is stable at this arrival rate: even without thinking the server would be ${percent(best.utilization)} busy, and `
        + 'the queue would grow without end.');
    else if (!now.stable)
      words.push(`These budgets are not stable: the server would be ${percent(now.utilization)} busy, and the queue would grow without end.`);
    tasks.forEach((t, k) => {
      if (shareOf(k) > 0 && now.budgets[k] > largest[k] * (1 + 1e-9))
        words.push(`${measured[k].name}: ${tokens(now.budgets[k])} tokens are beyond the largest measured budget, `
          + `${largest[k].toLocaleString('en')}. The value is extrapolated.`);
    });
    return words;
  }

  function show() {
    const started = performance.now();
    [model.rate, model.weight] = [state.rate, state.weight];
    tasks.forEach((t, k) => { t.share = shareOf(k); });
    best = Solver.solve(model);
    now = state.budgets ? Solver.at(model, state.budgets) : best;
    const uniform = best.stable ? Solver.uniform(model) : null;
    const items = [
      ['J', now.stable ? `${written(now.objective)} s` : 'unstable', state.budgets && best.stable ? `best ${written(best.objective)} s` : 'at ℓ*'],
      ['Gain over uniform', now.stable && uniform ? `${written(now.objective - uniform.objective, 3)} s` : '–',
        uniform ? `best uniform: ${tokens(uniform.budget)} tokens` : ''],
      ['Accuracy', now.accuracy.toFixed(4), `run: ${atRun.accuracy.toFixed(4)}`],
      ['Mean system time', seconds(now.time), `run: ${seconds(atRun.time)}`],
      ['Mean wait', seconds(now.wait), `run: ${seconds(atRun.wait)}`],
      ['Utilization', percent(now.utilization), `run: ${percent(atRun.utilization)}`],
    ];
    numbers.replaceChildren(...items.map(([name, value, note]) =>
      node('div', {}, node('small', {}, name), node('b', {}, value), node('small', {}, note))));
    said.replaceChildren(...remarks().map(text => node('p', { class: 'said' }, text)));
    for (const { input, output, describe } of Object.values(parts.rows)) {
      const [position, text] = describe();
      input.value = Math.round(position * STEPS);
      output.textContent = text;
      input.setAttribute('aria-valuetext', text);
    }
    tasks.forEach((t, k) => {
      const present = t.share > 0, accuracy = budget => Math.min(1, Math.max(0, Solver.accuracy(t, budget)));
      const to = (x, y) => `translate(${onCurves.x(Math.min(x, end))} ${onCurves.y(y)})`;
      drawn.marks[k].setAttribute('transform', to(best.budgets[k], accuracy(best.budgets[k])));
      drawn.rings[k].setAttribute('transform', to(now.budgets[k], accuracy(now.budgets[k])));
      [drawn.marks[k], drawn.rings[k]].forEach(mark => mark.setAttribute('visibility', present ? 'visible' : 'hidden'));
    });
    clearTimeout(later);
    later = setTimeout(drawFrontier);
    optimal.disabled = !state.budgets;
    back.disabled = isRun();
    ask.dataset.ms = (performance.now() - started).toFixed(1);
  }

  /* The state in the fragment. */
  const isRun = () => !state.budgets && state.rate === run.rate && state.weight === run.weight
    && state.shares.every((x, k) => x === run.shares[k]);
  function keep() {
    const text = isRun() ? '' : ['rate=' + Number(state.rate.toPrecision(6)), 'weight=' + Number(state.weight.toPrecision(6)),
      'shares=' + state.shares.map(x => Number(x.toPrecision(6))).join(),
      ...(state.budgets ? ['budgets=' + state.budgets.map(x => Number(x.toPrecision(8))).join()] : [])].join('&');
    if (text || location.hash.includes('rate='))
      history.replaceState(null, '', text ? '#' + text : location.pathname + location.search);
  }
  function restored() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (!given.has('rate'))
      return false;
    const list = name => (given.get(name) || '').split(',').map(Number), shares = list('shares'), budgets = list('budgets');
    const positive = (x, other) => Number.isFinite(x) && x > 0 ? x : other;
    const fits = x => x.length === tasks.length && x.every(v => Number.isFinite(v) && v >= 0);
    state = {
      rate: positive(Number(given.get('rate')), run.rate),
      weight: positive(Number(given.get('weight')), run.weight),
      shares: fits(shares) && shares.some(x => x > 0) ? shares : run.shares,
      budgets: given.has('budgets') && fits(budgets) ? budgets.map((x, k) => near(k, x)) : null,
    };
    return true;
  }

  let waiting = false;
  function change(part) {
    state = { ...state, ...part };
    if (waiting)
      return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      show();
      keep();
    });
  }
  addEventListener('hashchange', () => {
    if (restored())
      show();
  });
  restored();
  show();
})();

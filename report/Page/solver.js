'use strict';
/* The best budgets of a workload on a server that takes one query at a time:
   J = α·Σπp − m1 − λ·m2/(2(1 − λ·m1)), with m1 = Σπs and m2 = Σπq over the tasks.
   Every task is tabulated once. For a price of m1 and a price of m2 its best budget is the largest value of a table; both prices are
   searched on a grid. The best of these allocations are improved: one task or two at a time over the whole table, then by Newton steps. */
const Solver = (() => {
  const GRID = 200, KEPT = 6, SHIFT_OF_LOG = 1;

  function interpolated(points) {
    const n = points.length, x = points.map(p => Math.log(1 + p[0])), y = points.map(p => p[1]);
    if (n === 1)
      return () => y[0];
    const w = i => x[i + 1] - x[i], chord = i => (y[i + 1] - y[i]) / w(i);
    const end = (near, far, a, b) => {
      const slope = ((2 * near + far) * a - near * b) / (near + far);
      if (Math.sign(slope) !== Math.sign(a))
        return 0;
      return Math.sign(a) !== Math.sign(b) && Math.abs(slope) > 3 * Math.abs(a) ? 3 * a : slope;
    };
    const m = new Array(n).fill(0);
    if (n === 2) {
      m.fill(chord(0));
    } else {
      for (let i = 1; i < n - 1; i++) {
        if (chord(i - 1) * chord(i) > 0) {
          const left = 2 * w(i) + w(i - 1), right = w(i) + 2 * w(i - 1);
          m[i] = (left + right) / (left / chord(i - 1) + right / chord(i));
        }
      }
      m[0] = end(w(0), w(1), chord(0), chord(1));
      m[n - 1] = end(w(n - 2), w(n - 3), chord(n - 2), chord(n - 3));
    }
    return budget => {
      let i = 0;
      while (i < n - 2 && points[i + 1][0] <= budget)
        i++;
      const h = w(i), t = (Math.log(1 + budget) - x[i]) / h, s = 1 - t;
      return y[i] * (1 + 2 * t) * s * s + h * m[i] * t * s * s + y[i + 1] * t * t * (3 - 2 * t) - h * m[i + 1] * t * t * s;
    };
  }

  function curve(a) {
    switch (a.shape) {
      case 'exponential': return l => a.D - a.A * Math.expm1(-a.b * l);
      case 'hill': return l => l <= 0 ? a.D : a.D + a.A / (1 + Math.pow(a.h / l, a.s));
      case 'interpolated': return interpolated(a.points);
      default: return null;
    }
  }

  /* E[min(X, l)], E[min(X, l)²] and P(X > l) of a sample of natural lengths; all of l where there is none. */
  function usage(tokens) {
    if (!tokens)
      return l => [l, l * l, 1];
    const x = Float64Array.from(tokens).sort(), n = x.length, first = new Float64Array(n + 1), second = new Float64Array(n + 1);
    for (let i = 0; i < n; i++) {
      first[i + 1] = first[i] + x[i];
      second[i + 1] = second[i] + x[i] * x[i];
    }
    return l => {
      let low = 0, high = n;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (x[middle] <= l)
          low = middle + 1;
        else
          high = middle;
      }
      const above = n - low;
      return [(first[low] + above * l) / n, (second[low] + above * l * l) / n, above / n];
    };
  }

  function task(t) {
    const points = t.accuracy.shape === 'points' ? t.accuracy.points : null, knots = t.accuracy.points || null;
    const low = knots ? knots[0][0] : 0, high = Math.min(t.max_budget_tokens, knots ? knots[knots.length - 1][0] : Infinity);
    const service = t.service, spread = 1 + (service.relative_sigma || 0) ** 2, variance = (service.sigma_s || 0) ** 2;
    const used = usage(t.natural_tokens), p = curve(t.accuracy), t0 = service.t0_s, c = service.c_s_per_token;
    const times = l => {
      if (service.points) {
        const row = service.points.find(r => r[0] === l);
        return [row[1], row[1] * row[1] + row[2]];
      }
      const [mean, square] = used(l);
      return [t0 + c * mean, spread * (t0 * t0 + 2 * t0 * c * mean + c * c * square) + variance];
    };
    const slopes = l => {
      const above = used(l)[2];
      return [c * above, 2 * spread * c * above * (t0 + c * l), 2 * spread * c * c * above];
    };
    const between = points && interpolated(points), gain = points ? l => between(Math.max(l, points[0][0])) : p;
    let grid;
    if (points) {
      grid = points.map(r => r[0]).filter(l => l <= high);
    } else {
      const from = Math.log(low + SHIFT_OF_LOG), to = Math.log(high + SHIFT_OF_LOG), at = [low, high];
      for (let i = 1; i < GRID; i++)
        at.push(Math.min(high, Math.max(low, Math.exp(from + (to - from) * i / GRID) - SHIFT_OF_LOG)));
      at.push(...(knots || []).map(r => r[0]), ...(t.natural_tokens || []));
      grid = [...new Set(at.filter(l => l >= low && l <= high))].sort((a, b) => a - b);
    }
    const n = grid.length, P = new Float64Array(n), S = new Float64Array(n), Q = new Float64Array(n);
    grid.forEach((l, i) => {
      P[i] = gain(l);
      [S[i], Q[i]] = times(l);
    });
    const beyond = t.beyond && t.beyond.length ? [[high, gain(grid[grid.length - 1])], ...t.beyond] : null;
    return { name: t.task, share: t.probability, points, beyond, low, high, gain, times, slopes, used, grid, P, S, Q, measured: !!service.points };
  }

  /* A workload with its tables; arrival rate, weight and shares may be changed afterwards. */
  function read(workload) {
    return { rate: workload.arrival_rate_per_s, weight: workload.accuracy_weight_s, tasks: workload.tasks.map(task) };
  }

  function value(model, a, m1, m2) {
    const load = model.rate * m1;
    return load >= 1 ? -Infinity : model.weight * a - m1 - model.rate * m2 / (2 * (1 - load));
  }

  /* Accuracy and service moments of one task at any budget: between given points by monotone interpolation, between what was measured beyond
     a peak, and between measured times, on the line through the two beside it. */
  function terms(t, budget) {
    if (t.beyond && budget > t.high) {
      const last = t.beyond.length - 1, cut = Math.min(budget, t.beyond[last][0]), j = t.beyond.findIndex(r => r[0] >= cut);
      const [from, p] = t.beyond[j - 1], [to, q] = t.beyond[j], w = (cut - from) / (to - from), near = (x, y) => x + w * (y - x);
      const [s1, q1] = t.times(t.measured ? from : cut), [s2, q2] = t.times(t.measured ? to : cut);
      return [near(p, q), near(s1, s2), near(q1, q2)];
    }
    const l = Math.min(Math.max(budget, Math.min(t.low, t.high)), t.high);
    if (!t.measured)
      return [t.gain(l), ...t.times(l)];
    let i = t.grid.findIndex(x => x >= l);
    if (i < 0)
      i = t.grid.length - 1;
    if (i === 0 || t.grid[i] === l)
      return [t.P[i], t.S[i], t.Q[i]];
    const w = (l - t.grid[i - 1]) / (t.grid[i] - t.grid[i - 1]), mix = x => x[i - 1] + w * (x[i] - x[i - 1]);
    return [t.gain(l), mix(t.S), mix(t.Q)];
  }

  function sums(model, budgets, without) {
    let a = 0, m1 = 0, m2 = 0;
    model.tasks.forEach((t, k) => {
      if (k === without || t.share <= 0)
        return;
      const [p, s, q] = terms(t, budgets[k]);
      a += t.share * p;
      m1 += t.share * s;
      m2 += t.share * q;
    });
    return [a, m1, m2];
  }

  /* What budgets imply. */
  function at(model, budgets) {
    const [accuracy, m1, m2] = sums(model, budgets, -1), load = model.rate * m1, stable = load < 1;
    const wait = stable ? model.rate * m2 / (2 * (1 - load)) : Infinity;
    return { budgets, stable, accuracy, service: m1, wait, time: wait + m1, utilization: load, objective: value(model, accuracy, m1, m2) };
  }

  /* The allocations at prices of m1 and m2 on a grid, best first. */
  function sweep(model, ratios, prices, kept) {
    const tasks = model.tasks.filter(t => t.share > 0), found = [];
    const least = tasks.reduce((sum, t) => sum + t.share * Math.min(...t.S), 0);
    const most = tasks.reduce((sum, t) => sum + t.share * Math.max(...t.S), 0);
    const free = 1 - model.rate * least, tight = Math.max(1 - model.rate * most, free * 1e-4), seen = new Set();
    if (free <= 0)
      return found;
    for (let i = 0; i < ratios; i++) {
      const v = model.rate / (2 * free * Math.pow(tight / free, ratios === 1 ? 0 : i / (ratios - 1)));
      for (let j = 0; j < prices; j++) {
        const u = Math.pow(10, 7 * Math.pow(j / (prices - 1), 1.5)), index = [];
        let a = 0, m1 = 0, m2 = 0;
        for (const t of tasks) {
          const { P, S, Q } = t, n = P.length;
          let best = -Infinity, where = 0;
          for (let g = 0; g < n; g++) {
            const there = model.weight * P[g] - u * S[g] - v * Q[g];
            if (there > best) {
              best = there;
              where = g;
            }
          }
          index.push(where);
          a += t.share * P[where];
          m1 += t.share * S[where];
          m2 += t.share * Q[where];
        }
        const J = value(model, a, m1, m2), key = index.join();
        if (J > -Infinity && !seen.has(key)) {
          seen.add(key);
          found.push({ J, index });
        }
      }
    }
    const idle = tasks.map(t => t.S.indexOf(Math.min(...t.S)));
    if (!seen.has(idle.join()))
      found.push({ J: -1e300, index: idle });
    return found.sort((x, y) => y.J - x.J).slice(0, kept);
  }

  /* The best point of each table in turn, the others held, until none is better. */
  function oneByOne(model, tasks, index) {
    const total = [0, 0, 0];
    const add = (k, sign) => {
      const t = tasks[k], g = index[k];
      total[0] += sign * t.share * t.P[g];
      total[1] += sign * t.share * t.S[g];
      total[2] += sign * t.share * t.Q[g];
    };
    tasks.forEach((_, k) => add(k, 1));
    let J = value(model, ...total);
    for (let pass = 0, moved = true; moved && pass < 50; pass++) {
      moved = false;
      for (let k = 0; k < tasks.length; k++) {
        const t = tasks[k], { P, S, Q, share } = t, before = index[k];
        add(k, -1);
        for (let g = 0; g < P.length; g++) {
          const there = value(model, total[0] + share * P[g], total[1] + share * S[g], total[2] + share * Q[g]);
          if (there > J + 1e-13 * Math.abs(J)) {
            J = there;
            index[k] = g;
          }
        }
        add(k, 1);
        moved = moved || index[k] !== before;
      }
    }
    return J;
  }

  /* The best points of each pair of tables, thinned where they are long; true where something is better. */
  function twoByTwo(model, tasks, index) {
    let J = value(model, ...[0, 1, 2].map(i => tasks.reduce((sum, t, k) => sum + t.share * [t.P, t.S, t.Q][i][index[k]], 0)));
    let better = false;
    for (let j = 0; j < tasks.length; j++) {
      for (let k = 0; k < j; k++) {
        const x = tasks[j], y = tasks[k], rest = [0, 0, 0];
        tasks.forEach((t, i) => {
          if (i !== j && i !== k)
            [t.P, t.S, t.Q].forEach((table, n) => { rest[n] += t.share * table[index[i]]; });
        });
        const dx = Math.max(1, x.P.length >> 6), dy = Math.max(1, y.P.length >> 6);
        for (let g = 0; g < x.P.length; g += dx) {
          const a = rest[0] + x.share * x.P[g], m1 = rest[1] + x.share * x.S[g], m2 = rest[2] + x.share * x.Q[g];
          if (model.rate * m1 >= 1)
            continue;
          for (let h = 0; h < y.P.length; h += dy) {
            const there = value(model, a + y.share * y.P[h], m1 + y.share * y.S[h], m2 + y.share * y.Q[h]);
            if (there > J + 1e-12 * Math.abs(J)) {
              J = there;
              index[j] = g;
              index[k] = h;
              better = true;
            }
          }
        }
      }
    }
    return better;
  }

  /* The best budget of one task near a place, by the golden section. */
  function nearby(model, budgets, k, low, high) {
    const t = model.tasks[k], [a, m1, m2] = sums(model, budgets, k), r = (Math.sqrt(5) - 1) / 2;
    const J = l => {
      const [s, q] = t.times(l);
      return value(model, a + t.share * t.gain(l), m1 + t.share * s, m2 + t.share * q);
    };
    let left = high - r * (high - low), right = low + r * (high - low), atLeft = J(left), atRight = J(right);
    for (let i = 0; i < 40; i++) {
      if (atLeft >= atRight) {
        [high, right, atRight] = [right, left, atLeft];
        atLeft = J(left = high - r * (high - low));
      } else {
        [low, left, atLeft] = [left, right, atRight];
        atRight = J(right = low + r * (high - low));
      }
    }
    return [budgets[k], low, high, (low + high) / 2].reduce((x, y) => J(y) > J(x) ? y : x);
  }

  /* A Newton step with a damping that rises until J rises; null where it does not. */
  function newton(model, budgets, J) {
    const [, m1, m2] = sums(model, budgets, -1), { rate, weight } = model, free = 1 - rate * m1;
    const u = 1 + rate * rate * m2 / (2 * free * free), v = rate / (2 * free);
    const f11 = rate ** 3 * m2 / free ** 3, f12 = rate * rate / (2 * free * free), rows = [];
    model.tasks.forEach((t, k) => {
      if (t.points || t.share <= 0 || t.high <= t.low)
        return;
      const l = budgets[k], h = Math.min(1e-3 * (l + 1e-3 * (t.high - t.low)), (t.high - t.low) / 4);
      const middle = Math.min(Math.max(l, t.low + h), t.high - h), [ds, dq, ddq] = t.slopes(l);
      const up = t.gain(middle + h), there = t.gain(middle), down = t.gain(middle - h);
      const bend = (up - 2 * there + down) / (h * h), slope = (up - down) / (2 * h) + bend * (l - middle);
      const g = t.share * (weight * slope - u * ds - v * dq);
      if ((l <= t.low && g <= 0) || (l >= t.high && g >= 0))
        return;
      rows.push({ k, g, d: t.share * (weight * bend - v * ddq), s: t.share * ds, q: t.share * dq });
    });
    for (let damping = 0, round = 0; rows.length > 0 && round < 14; round++, damping = damping ? damping * 8 : 1e-3) {
      const matrix = rows.map((x, i) => rows.map((y, j) => f11 * x.s * y.s + f12 * (x.s * y.q + x.q * y.s)
        + (i === j ? (x.d < 0 ? -x.d : Math.abs(x.d) * 2) + damping * (Math.abs(x.d) + f11 * x.s * x.s + 1e-12) : 0)));
      const step = solved(matrix, rows.map(x => x.g));
      for (let length = 1; step && length > 0.1; length /= 2) {
        const next = budgets.slice();
        rows.forEach((x, i) => {
          const t = model.tasks[x.k];
          next[x.k] = Math.min(t.high, Math.max(t.low, budgets[x.k] + length * step[i]));
        });
        if (at(model, next).objective > J)
          return next;
      }
    }
    return null;
  }

  function solved(matrix, right) {
    const n = right.length, a = matrix.map((row, i) => [...row, right[i]]);
    for (let c = 0; c < n; c++) {
      let pivot = c;
      for (let r = c + 1; r < n; r++) {
        if (Math.abs(a[r][c]) > Math.abs(a[pivot][c]))
          pivot = r;
      }
      if (!(Math.abs(a[pivot][c]) > 1e-300))
        return null;
      [a[c], a[pivot]] = [a[pivot], a[c]];
      for (let r = 0; r < n; r++) {
        if (r === c)
          continue;
        const f = a[r][c] / a[c][c];
        for (let j = c; j <= n; j++)
          a[r][j] -= f * a[c][j];
      }
    }
    return a.map((row, i) => row[n] / row[i]);
  }

  function polished(model, budgets) {
    let J = at(model, budgets).objective;
    for (let round = 0; round < 40; round++) {
      const before = J;
      for (let i = 0; i < 8; i++) {
        const next = newton(model, budgets, J);
        if (!next)
          break;
        const there = at(model, next).objective, rise = there - J;
        [budgets, J] = [next, there];
        if (rise < 1e-11 * (1 + Math.abs(J)))
          break;
      }
      if (round > 0 && J - before < 1e-9 * (1 + Math.abs(J)))
        break;
      model.tasks.forEach((t, k) => {
        if (t.points || t.share <= 0)
          return;
        const above = t.grid.findIndex(l => l > budgets[k]), n = t.grid.length, i = above < 0 ? n - 1 : above;
        const x = nearby(model, budgets, k, t.grid[Math.max(0, i - 2)], t.grid[Math.min(n - 1, i + 1)]);
        budgets = budgets.map((l, j) => j === k ? x : l);
      });
      J = at(model, budgets).objective;
      if (J - before < 1e-10 * (1 + Math.abs(J)))
        break;
    }
    return { J, budgets };
  }

  function wide(model, tasks, index) {
    let next = 0;
    return model.tasks.map(t => t.share > 0 ? t.grid[index[next++]] : t.low);
  }

  /* The best allocation. A quick one stays on the tables. */
  function solve(model, quick) {
    const tasks = model.tasks.filter(t => t.share > 0), starts = quick ? sweep(model, 6, 24, 1) : sweep(model, 16, 44, KEPT);
    if (starts.length === 0)
      return at(model, model.tasks.map(t => t.grid[t.S.indexOf(Math.min(...t.S))]));
    const seen = new Set(), ends = [];
    starts.forEach((start, rank) => {
      let J = oneByOne(model, tasks, start.index);
      if (!quick && rank < 3 && !seen.has(start.index.join())) {
        while (twoByTwo(model, tasks, start.index))
          J = oneByOne(model, tasks, start.index);
      }
      if (!seen.has(start.index.join())) {
        seen.add(start.index.join());
        ends.push({ J, budgets: wide(model, tasks, start.index) });
      }
    });
    ends.sort((x, y) => y.J - x.J);
    if (quick)
      return at(model, ends[0].budgets);
    const best = ends.slice(0, 3).map(end => polished(model, end.budgets)).reduce((x, y) => y.J > x.J ? y : x);
    return at(model, best.budgets);
  }

  /* The best single budget of all tasks, each cut at what it offers. */
  function uniform(model) {
    const largest = Math.max(...model.tasks.map(t => t.high)), J = l => at(model, model.tasks.map(() => l)).objective;
    const grid = [...new Set([0, ...model.tasks.flatMap(t => t.points ? t.grid : []),
      ...Array.from({ length: 97 }, (_, i) => largest * Math.pow(2, -20 * (1 - i / 96)))])].sort((a, b) => a - b);
    const values = grid.map(J), best = values.indexOf(Math.max(...values)), r = (Math.sqrt(5) - 1) / 2;
    let low = grid[Math.max(0, best - 1)], high = grid[Math.min(grid.length - 1, best + 1)];
    for (let i = 0; i < 30; i++) {
      const left = high - r * (high - low), right = low + r * (high - low);
      if (J(left) >= J(right))
        high = right;
      else
        low = left;
    }
    const middle = (low + high) / 2, budget = J(middle) > values[best] ? middle : grid[best];
    return { budget, objective: J(budget) };
  }

  /* Accuracy and mean system time of the best allocations as α runs over four decades around the model's. */
  function frontier(model, count) {
    return Array.from({ length: count }, (_, i) => {
      const weight = model.weight * Math.pow(10, 4 * i / (count - 1) - 2), best = solve({ ...model, weight }, true);
      return { weight, accuracy: best.accuracy, time: best.time, stable: best.stable };
    });
  }

  return { read, at, solve, uniform, frontier, accuracy: (t, budget) => terms(t, budget)[0] };
})();
if (typeof module !== 'undefined')
  module.exports = Solver;

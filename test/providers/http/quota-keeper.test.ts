import { describe, expect, it } from 'vitest';
import { parseQuotas } from '../../../src/core/plan/quota.ts';
import { cell, mostIn } from './processes.ts';
import { NOON, machine, record } from './one-machine.ts';

type Process = Awaited<ReturnType<typeof machine.startProcess>>;

/** Sends over a connection that it takes `lateMs` to make, and that is used from then on; notes when each request arrives. */
async function sendLate({ gate }: Process, lateMs: number, arrived: number[], until: number): Promise<void> {
  for (let isFirst = true; Date.now() < until; isFirst = false) {
    const request = await gate.enter();
    if (isFirst) {
      gate.connecting(request);
      await new Promise((resolve) => setTimeout(resolve, lateMs));
    }
    arrived.push(Date.now());
    gate.departed(request);
    gate.arrived(request);
    gate.ended(request);
  }
}

describe('a quota shared by two processes', () => {
  const PER_SECOND = parseQuotas('60/s');

  it('is one number: together they send what one may, evenly, and most of it', async () => {
    const [one, other] = [await machine.startProcess(PER_SECOND), await machine.startProcess(PER_SECOND)];
    const sent: number[] = [];
    const until = NOON + 5000;
    await machine.whileWaiting(
      Promise.all([one, one, other].map((process) => machine.send(process, sent, until))),
    );
    expect(mostIn(1000, sent)).toBeLessThanOrEqual(60);
    expect(sent.length).toBeGreaterThan(0.95 * 300);
  });

  it('is one number on a machine that is so busy that everybody is late', async () => {
    const [one, other] = [await machine.startProcess(PER_SECOND), await machine.startProcess(PER_SECOND)];
    const sent: number[] = [];
    const sending = Promise.all([one, other].map((process) => machine.send(process, sent, NOON + 6000)));
    for (let stalled = 0; stalled < 60; stalled++) {
      await machine.elapse(75);
      machine.stall(25);
    }
    await machine.whileWaiting(sending);
    expect(mostIn(1000, sent)).toBeLessThanOrEqual(60);
    expect(sent.length).toBeGreaterThan(0.5 * 360);
  });

  it('is one number where one of them was idle after it had reserved', async () => {
    const [idle, busy] = [await machine.startProcess(PER_SECOND), await machine.startProcess(PER_SECOND)];
    const sent: number[] = [];
    await machine.whileWaiting(machine.send(idle, sent, NOON + 1));
    const sending = machine.send(busy, sent, NOON + 4000);
    await machine.elapse(2000);
    await machine.whileWaiting(Promise.all([sending, machine.send(idle, sent, NOON + 4000)]));
    expect(mostIn(1000, sent)).toBeLessThanOrEqual(60);
  });

  it('lets what is not used in its time lapse at once if others may be on other machines, of whom it hears late', async () => {
    const far = await machine.startProcess(PER_SECOND, true);
    await machine.whileWaiting(far.gate.enter());
    expect(cell(far, 'grace')).toBe(cell(far, 'catchUp') / 2);
    await far.stop();
    await machine.elapse(61_000);
    const alone = await machine.startProcess(PER_SECOND);
    await machine.whileWaiting(alone.gate.enter());
    expect(cell(alone, 'grace')).toBe(200);
  });

  it.each(['60/s', '10/10s'])('%s is used to 95 percent and more once connections are made', async (text) => {
    const quotas = parseQuotas(text);
    const [one, other] = [await machine.startProcess(quotas), await machine.startProcess(quotas)];
    const { requests, perMs } = quotas[0] ?? { requests: 1, perMs: 1 };
    const until = NOON + 12 * perMs;
    const arrived: number[] = [];
    const sendFrom = (process: typeof one): Promise<void> => sendLate(process, 300, arrived, until);
    await machine.whileWaiting(Promise.all([one, one, other, other].map(sendFrom)));
    expect(mostIn(perMs, arrived)).toBeLessThanOrEqual(requests);
    const steady = arrived.filter((at) => at >= NOON + 2 * perMs && at < NOON + 12 * perMs);
    expect(steady.length).toBeGreaterThanOrEqual(0.95 * 10 * requests);
  });

  it.each([9, 12, 17, 25, 60, 150])(
    'is one number where the first of each arrives %d ms late',
    async (lateMs) => {
      const quotas = parseQuotas('100/2s');
      const both = [await machine.startProcess(quotas, true), await machine.startProcess(quotas, true)];
      const arrived: number[] = [];
      await machine.whileWaiting(
        Promise.all(both.map((process) => sendLate(process, lateMs, arrived, NOON + 5000))),
      );
      expect(mostIn(2000, arrived)).toBeLessThanOrEqual(100);
      expect(arrived.length).toBeGreaterThan(200);
    },
  );

  it('is used up by two of which one is killed and starts again', async () => {
    const quotas = parseQuotas('150/15s');
    const [one, killed] = [await machine.startProcess(quotas), await machine.startProcess(quotas)];
    const sent: number[] = [];
    const until = NOON + 45_000;
    const all = [one, one].map((process) => machine.send(process, sent, until));
    // Killed: it sends no more, and gives nothing back.
    await machine.whileWaiting(machine.send(killed, sent, NOON + 10_000));
    const restarted = await machine.startProcess(quotas);
    await machine.whileWaiting(Promise.all([...all, machine.send(restarted, sent, until)]));
    expect(mostIn(15_000, sent)).toBeLessThanOrEqual(150);
    expect(sent.length).toBeGreaterThan(0.97 * 450);
  });

  it('stays one number for a process that starts while the other’s requests are reserved', async () => {
    const quotas = parseQuotas('1/2s');
    const first = await machine.startProcess(quotas);
    await machine.whileWaiting(first.gate.enter());
    const since = Date.now();
    const second = await machine.startProcess(quotas);
    await machine.whileWaiting(second.gate.enter());
    expect(Date.now() - since).toBeGreaterThanOrEqual(2000);
  });

  it('passes a pause on to the other', async () => {
    const quotas = parseQuotas('1000/s');
    const [one, other] = [await machine.startProcess(quotas), await machine.startProcess(quotas)];
    await one.gate.throttled(60_000);
    await machine.elapse(1300);
    expect(cell(other, 'pausedUntil') - Date.now()).toBeGreaterThan(50_000);
    const third = await machine.startProcess(quotas);
    expect(cell(third, 'pausedUntil') - Date.now()).toBeGreaterThan(50_000);
  });
});

describe('what the provider tells of its limit', () => {
  const USE = { limit: 6000, reserve: 64, endsInMs: 40_000 };

  it('stops every process of the key for the rest of a window, whoever used it up', async () => {
    const quotas = parseQuotas('3000/min');
    const [one, other] = [await machine.startProcess(quotas), await machine.startProcess(quotas)];
    await one.gate.used({ ...USE, used: 5990 });
    await machine.elapse(1300);
    const sent: number[] = [];
    const since = Date.now();
    await machine.whileWaiting(
      Promise.all([one, other].map((process) => machine.send(process, sent, since + 38_000))),
    );
    expect(sent).toHaveLength(2);
    expect(Math.min(...sent) - NOON).toBeGreaterThanOrEqual(40_000);
  });

  it('is known to the processes to come', async () => {
    const one = await machine.startProcess([]);
    await one.gate.used({ ...USE, toldLimit: 1200 });
    await one.stop();
    expect(await record()).toMatchObject({ toldLimit: 1200 });
    const later = await machine.startProcess(parseQuotas('5/min'));
    expect(cell(later, 'toldLimit')).toBe(1200);
    await later.gate.used({ ...USE, used: 1150 });
    expect(cell(later, 'pausedUntil') - Date.now()).toBe(40_000);
  });
});

describe('a gate after a time in which nobody asked', () => {
  const RATES = ['60/s', '10/s', '100/min', '5/min', '1/2s', '100/min,5000/day'];

  it.each(RATES.flatMap((text) => [150, 5000, 600_000].map((idleMs) => ({ text, idleMs }))))(
    'stays even: $text, $idleMs ms',
    async ({ text, idleMs }) => {
      const quotas = parseQuotas(text);
      const process = await machine.startProcess(quotas);
      const sent: number[] = [];
      const sendSome = async (): Promise<void> => {
        for (let count = 0; count < 8; count++) {
          await process.gate.enter();
          sent.push(Date.now());
        }
      };
      await machine.whileWaiting(sendSome());
      machine.stall(idleMs);
      await machine.whileWaiting(sendSome());
      const { requests, perMs } = quotas[0] ?? { requests: 1, perMs: 0 };
      expect(sent).toHaveLength(16);
      expect((sent[8] ?? 0) - (sent[7] ?? 0)).toBeGreaterThanOrEqual(idleMs);
      // One may be caught up by 0.4 % of the window, however many follow; and this clock has whole ms.
      for (const burst of [sent.slice(0, 8), sent.slice(8)]) {
        for (const [i, at] of burst.entries()) {
          for (const [later, next] of burst.slice(i + 1).entries()) {
            expect(next - at).toBeGreaterThan((later + 1) * (perMs / requests) - 0.004 * perMs - 2);
          }
        }
      }
    },
  );
});

import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Listeners } from '../../src/server/listeners.ts';

/** A browser, as a server sees it. */
class Browser extends EventEmitter {
  text = '';
  writableNeedDrain = false;
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  end(text = ''): void {
    this.text += text;
    this.emit('close');
  }
  get response(): ServerResponse {
    return this as unknown as ServerResponse;
  }
  /** What it heard: its events, and their data. */
  get heard(): (readonly [event: string, data: unknown])[] {
    return [...this.text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, event = '', data = '']) => [
      event,
      JSON.parse(data),
    ]);
  }
}

let total = 0;
const whole = () => [{ event: 'whole', data: { total } }];

describe('browsers that listen', () => {
  it('are told all there is, then what changes, each under an id of its own, and when to come back', () => {
    total = 1;
    const listeners = new Listeners(whole);
    const browser = new Browser();
    expect(listeners.add(browser.response)).toBe(true);
    listeners.tell({ event: 'change', data: { by: 1 } });
    expect(browser.heard).toEqual([
      ['whole', { total: 1 }],
      ['change', { by: 1 }],
    ]);
    const ids = [...browser.text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(2);
    expect(browser.text).toMatch(/^retry: 1000\n\n/);
  });

  it('are told nothing while they do not read, and all anew once they have caught up', () => {
    total = 1;
    const listeners = new Listeners(whole);
    const [slow, other] = [new Browser(), new Browser()];
    listeners.add(slow.response);
    listeners.add(other.response);
    slow.writableNeedDrain = true;
    const before = slow.text;
    for (let i = 0; i < 1000; i++) listeners.tell({ event: 'change', data: { i } });
    expect(slow.text).toBe(before);
    expect(other.heard).toHaveLength(1001);
    total = 2;
    slow.writableNeedDrain = false;
    slow.emit('drain');
    expect(slow.heard.at(-1)).toEqual(['whole', { total: 2 }]);
    listeners.tell({ event: 'change', data: { i: 0 } });
    expect(slow.heard.at(-1)).toEqual(['change', { i: 0 }]);
  });

  it('are forgotten once they are gone, and not more than so many at once', () => {
    const listeners = new Listeners(whole);
    const browsers = Array.from({ length: 65 }, () => new Browser());
    const taken = browsers.map((browser) => listeners.add(browser.response));
    expect([taken.filter(Boolean).length, listeners.count]).toEqual([64, 64]);
    for (const browser of browsers) browser.emit('close');
    expect(listeners.count).toBe(0);
  });

  it('are told the end, and waited for no longer than said', async () => {
    const listeners = new Listeners(whole);
    const [browser, stuck] = [new Browser(), new Browser()];
    stuck.end = () => undefined;
    listeners.add(browser.response);
    listeners.add(stuck.response);
    const begun = performance.now();
    await listeners.close({ event: 'bye', data: {} }, 50);
    expect(performance.now() - begun).toBeGreaterThan(40);
    expect(browser.heard.at(-1)).toEqual(['bye', {}]);
  });
});

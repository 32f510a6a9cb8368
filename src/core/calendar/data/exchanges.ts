import type { CalendarFacts } from '../facts.ts';
import { ASEX } from './ASEX.ts';
import { BVMF } from './BVMF.ts';
import { XAMS } from './XAMS.ts';
import { XASX } from './XASX.ts';
import { XBKK } from './XBKK.ts';
import { XBOG } from './XBOG.ts';
import { XBOM } from './XBOM.ts';
import { XBRU } from './XBRU.ts';
import { XBUD } from './XBUD.ts';
import { XBUE } from './XBUE.ts';
import { XCSE } from './XCSE.ts';
import { XDUB } from './XDUB.ts';
import { XETR } from './XETR.ts';
import { XHEL } from './XHEL.ts';
import { XHKG } from './XHKG.ts';
import { XICE } from './XICE.ts';
import { XIDX } from './XIDX.ts';
import { XIST } from './XIST.ts';
import { XJSE } from './XJSE.ts';
import { XKLS } from './XKLS.ts';
import { XKRX } from './XKRX.ts';
import { XLIM } from './XLIM.ts';
import { XLIS } from './XLIS.ts';
import { XLON } from './XLON.ts';
import { XMAD } from './XMAD.ts';
import { XMEX } from './XMEX.ts';
import { XMIL } from './XMIL.ts';
import { XNYS } from './XNYS.ts';
import { XNZE } from './XNZE.ts';
import { XOSL } from './XOSL.ts';
import { XPAR } from './XPAR.ts';
import { XPHS } from './XPHS.ts';
import { XPRA } from './XPRA.ts';
import { XSAU } from './XSAU.ts';
import { XSES } from './XSES.ts';
import { XSGO } from './XSGO.ts';
import { XSHG } from './XSHG.ts';
import { XSTO } from './XSTO.ts';
import { XSWX } from './XSWX.ts';
import { XTAE } from './XTAE.ts';
import { XTAI } from './XTAI.ts';
import { XTKS } from './XTKS.ts';
import { XTSE } from './XTSE.ts';
import { XWAR } from './XWAR.ts';
import { XWBO } from './XWBO.ts';

/** Every exchange whose calendar is known. */
export const EXCHANGES: readonly CalendarFacts[] = [
  ASEX,
  BVMF,
  XAMS,
  XASX,
  XBKK,
  XBOG,
  XBOM,
  XBRU,
  XBUD,
  XBUE,
  XCSE,
  XDUB,
  XETR,
  XHEL,
  XHKG,
  XICE,
  XIDX,
  XIST,
  XJSE,
  XKLS,
  XKRX,
  XLIM,
  XLIS,
  XLON,
  XMAD,
  XMEX,
  XMIL,
  XNYS,
  XNZE,
  XOSL,
  XPAR,
  XPHS,
  XPRA,
  XSAU,
  XSES,
  XSGO,
  XSHG,
  XSTO,
  XSWX,
  XTAE,
  XTAI,
  XTKS,
  XTSE,
  XWAR,
  XWBO,
];

/** MICs of exchanges that keep another one's sessions, with that one. */
export const ALIASES: readonly (readonly [mic: string, keeps: CalendarFacts])[] = [
  ['XNAS', XNYS],
  ['XNSE', XBOM],
  ['XKOS', XKRX],
  ['ROCO', XTAI],
  ['XSHE', XSHG],
];

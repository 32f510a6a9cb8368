import { american, crypto, currencyPair, european, type Instrument, japanese } from './instrument.ts';

const QUARTERLY = [2, 5, 8, 11];
const QUARTERLY_LATE = [3, 6, 9, 12];
const HALF_YEARLY = [3, 9];
const SPRING = [5];

/** Every instrument of the sample market. All are invented: no price of theirs can be taken for a real one's. */
export const ROSTER: readonly Instrument[] = [
  american('ALFA', 'Alfa Instruments', 210, {
    growth: 0.16,
    volume: 9_000_000,
    splits: [
      ['2014-06-09', 7],
      ['2020-08-31', 4],
    ],
    dividend: { rate: 0.008, months: QUARTERLY },
  }),
  american('BRIQ', 'Briq Materials', 42, {
    splits: [['2013-03-15', 1.5]],
    dividend: { rate: 0.03, months: QUARTERLY_LATE },
  }),
  american('CORV', 'Corvid Logistics', 61, {
    growth: 0.11,
    splits: [
      ['2015-07-15', 2],
      ['2022-07-18', 2],
    ],
  }),
  american('DUNO', 'Duno Software', 28, { growth: 0.14, splits: [['2027-06-07', 2]] }),
  american('ELNA', 'Elna Power', 55, { volatility: 0.01, dividend: { rate: 0.042, months: QUARTERLY } }),
  american('FJRD', 'Fjord Shipping', 33, { growth: 0.18, volatility: 0.024, splits: [['2027-03-15', 4]] }),
  american('GLYF', 'Glyph Media', 19, {
    halts: [
      ['2012-10-22', 3],
      ['2020-03-16', 5],
    ],
  }),
  american('HAZL', 'Hazel Foods', 74, {
    volatility: 0.011,
    dividend: { rate: 0.026, months: QUARTERLY_LATE },
  }),
  american('IBYX', 'Ibyx Therapeutics', 12, {
    growth: 0.02,
    volatility: 0.041,
    halts: [
      ['2017-09-11', 2],
      ['2024-04-22', 4],
    ],
  }),
  american('JUNP', 'Juniper Lane Trust', 88, { dividend: { rate: 0.05, months: QUARTERLY } }),
  american('KELV', 'Kelvin Robotics', 31, { listedOn: '2024-10-03', volatility: 0.035 }),
  american('LUMO', 'Lumo Displays', 24, { listedOn: '2023-03-16', volatility: 0.029 }),
  american('MOSK', 'Moskito Drones', 17, { volatility: 0.026, splits: [['2021-02-16', 3 / 2]] }),
  american('NYXA', 'Nyxa Networks', 46, { listedOn: '2021-06-09', volatility: 0.027 }),
  american('ORBL', 'Orbital Salvage', 14, {
    growth: -0.24,
    volatility: 0.038,
    splits: [
      ['2018-05-14', 1 / 10],
      ['2024-02-05', 1 / 10],
    ],
  }),
  american('PYRE', 'Pyre Energy', 67, {
    volatility: 0.021,
    dividend: { rate: 0.045, months: QUARTERLY_LATE },
  }),
  american('QUIL', 'Quill Education', 52, { growth: 0.12, splits: [['2026-11-16', 2]] }),
  american('RUNO', 'Runo Retail', 22, { growth: -0.05, delistedOn: '2019-11-08' }),
  american('SABL', 'Sable Holdings', 41, { volume: 900, tradedShare: 0.93, volatility: 0.02 }),
  american('TARN', 'Tarn Water', 36, {
    delistedOn: '2023-06-30',
    dividend: { rate: 0.02, months: QUARTERLY },
  }),
  american('UMBR', 'Umbra Broad Index Fund', 112, {
    type: 'etf',
    volatility: 0.0095,
    volume: 30_000_000,
    dividend: { rate: 0.016, months: QUARTERLY_LATE },
  }),
  american('VELM', 'Velmora Batteries', 20, { listedOn: '2025-09-18', volatility: 0.04 }),
  american('WQAL', 'Wequal Payments', 27, { growth: 0.1, splits: [['2012-08-13', 2]] }),
  american('XYLO', 'Xylo Ventures', 45, {
    growth: -0.22,
    volatility: 0.04,
    splits: [['2025-07-14', 1 / 20]],
    delistedOn: '2026-08-14',
  }),
  american('YARO', 'Yaro Mining', 9.5, { volatility: 0.03, growth: 0.03 }),
  american('ZEFI', 'Zefiro Airlines', 30, { listedOn: '2026-03-12', volatility: 0.03 }),

  european('BRVO.PA', 'Bravo Luxe', 95, {
    growth: 0.1,
    splits: [['2021-05-18', 2]],
    dividend: { rate: 0.018, months: SPRING },
  }),
  european('CIDR.PA', 'Cidre Boissons', 120, {
    growth: 0.09,
    splits: [['2016-06-20', 4]],
    dividend: { rate: 0.025, months: SPRING },
  }),
  european('DOUX.PA', 'Douxe Cosmetiques', 38, { dividend: { rate: 0.02, months: SPRING } }),
  european('FLNA.PA', 'Flanerie Hotels', 26, { volatility: 0.019, halts: [['2020-03-18', 3]] }),
  european('GIVR.PA', 'Givre Froid', 21, { listedOn: '2022-05-05', volatility: 0.023 }),
  european('LUNE.PA', 'Lune Optique', 44),
  european('MISL.PA', 'Mistral Eolien', 29, { delistedOn: '2024-11-15', volatility: 0.022 }),
  european('NOIX.PA', 'Noix Alimentaire', 15, { volume: 1_200, tradedShare: 0.96 }),

  european('ADLR.DE', 'Adlerwerk', 72, {
    splits: [['2018-06-04', 1.5]],
    dividend: { rate: 0.031, months: SPRING },
  }),
  european('BLTZ.DE', 'Blitzbahn', 51, { volatility: 0.02 }),
  european('DRHT.DE', 'Drahtwerke', 34, { dividend: { rate: 0.035, months: SPRING } }),
  european('EICH.DE', 'Eichenbank', 18, {
    growth: -0.12,
    volatility: 0.026,
    splits: [['2022-04-11', 1 / 10]],
  }),
  european('FNKA.DE', 'Funkanlagen', 63, { growth: 0.12, splits: [['2026-04-20', 4]] }),
  european('KRNE.DE', 'Kranbau', 40, { dividend: { rate: 0.024, months: SPRING } }),
  european('STRM.DE', 'Stromnetz', 25, { delistedOn: '2021-09-30' }),
  european('WLDE.DE', 'Waldholz', 32, { listedOn: '2024-02-08' }),

  japanese('KUMO.T', 'Kumo Denki', 4_200, {
    growth: 0.09,
    splits: [['2021-09-29', 2]],
    dividend: { rate: 0.022, months: HALF_YEARLY },
  }),
  japanese('HOSH.T', 'Hoshizora Kogyo', 2_800, { splits: [['2019-03-27', 1.5]] }),
  japanese('MORI.T', 'Morino Seishi', 1_450, {
    ticksPerUnit: 2,
    dividend: { rate: 0.028, months: HALF_YEARLY },
  }),
  japanese('NAMI.T', 'Namikaze Suisan', 6_100, { growth: 0.08, splits: [['2026-09-29', 2]] }),
  japanese('SORA.T', 'Sorajima Koku', 8_900, { growth: 0.11, splits: [['2027-04-01', 4]] }),
  japanese('TAKI.T', 'Takigawa Jidosha', 3_300, { dividend: { rate: 0.03, months: HALF_YEARLY } }),
  japanese('YUKI.T', 'Yukimi Shokuhin', 2_150, { listedOn: '2023-12-13', volatility: 0.022 }),
  japanese('KAZE.T', 'Kazeno Tsushin', 1_900, { delistedOn: '2025-03-28', halts: [['2024-12-09', 3]] }),

  crypto('SMPL-USD', 'Samplecoin USD', 420, { growth: 0.45, volume: 60_000 }),
  crypto('DEMO-USD', 'Democoin USD', 12, { listedOn: '2015-08-07', growth: 0.35 }),
  crypto('FAUX-USD', 'Fauxcoin USD', 95, { listedOn: '2018-03-01', volatility: 0.04 }),
  crypto('PSDO-USDT', 'Pseudocoin Tether', 310, { listedOn: '2017-08-17', volume: 45_000 }),
  crypto('MOCK-USDT', 'Mockcoin Tether', 7, { listedOn: '2020-01-01', volatility: 0.05 }),
  crypto('TOYC-EUR', 'Toycoin EUR', 30, { listedOn: '2019-05-01', delistedOn: '2022-11-20', growth: -0.2 }),

  currencyPair('QAAUSD=X', 'QAA/USD', 1.31),
  currencyPair('QBBUSD=X', 'QBB/USD', 0.74, { volatility: 0.006 }),
  currencyPair('QCCQDD=X', 'QCC/QDD', 8.42),
  currencyPair('QEEEUR=X', 'QEE/EUR', 0.118),
  currencyPair('QFFJPY=X', 'QFF/JPY', 131, { ticksPerUnit: 1_000, volatility: 0.0055 }),
  currencyPair('USDQGG=X', 'USD/QGG', 3.66, { volatility: 0.003 }),
];

/** Bounds of an adaptive limit. */
export interface AdaptiveLimitSettings {
  readonly initial: number;
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * How many times the work that saturates the service is let in. Above 1 so that variance leaves no worker idle; the
 * price is that much latency under full load. From simulations over steady, exponential, lognormal and bimodal
 * service times: 2 loses up to half of the throughput where a tenth of the calls take forty times as long, 2.5 at
 * most a tenth.
 */
const HEADROOM = 2.5;
/** The share of the limit at which a probe looks for the latency without queueing. */
const PROBE_SHARE = 1 / 4;
/** Milliseconds between two probes: at first, while they differ, and at last; doubled from the first to the last. */
const PROBE_FIRST = 1_250;
const PROBE_LAST = 10_000;
/** A limit that has fallen to this share since the last probe puts the baseline to the test. */
const FALL = 1 / 2;
/** As long as nothing is known, the limit grows while that brings throughput, up to this latency in milliseconds. */
const GROWTH_LATENCY = 125;
const GROWTH_GAIN = 1.2;
/** A busy service may be without calls for so many milliseconds and still count as busy. */
const SHORT_BREAK = 50;
/** A probe lasts that long and that many calls, or as many calls as are surely enough. */
const PROBE_LENGTH = 500;
const PROBE_CALLS = 10;
const PROBE_CALLS_ENOUGH = 200;
/** A measurement takes at least that long, and as many calls as the limit, at least these. */
const WINDOW_LENGTH = 100;
const WINDOW_CALLS = 20;

/**
 * Finds out how much a service can do at the same time, from nothing but when calls start and end.
 *
 * By Little's law, what saturates a service is its throughput times the latency it has when nothing queues. The first
 * is measured while calls are being held back, the second by probing: for a moment only a quarter is let in. If the
 * throughput does not fall then, the service was still saturated, and the probe goes on with a quarter of that. The
 * limit is their product with some headroom. Latency is taken as calls in flight over throughput, which counts what
 * has not ended yet too: an average over ended calls would see the fast ones only.
 *
 * It is told the time and knows no clock.
 */
export class AdaptiveLimit {
  /** How many calls may be in flight now. During a probe it is lower than the limit found. */
  current: number;
  /** Latency without queueing in milliseconds; 0 until it is known. */
  baseline = 0;
  /** Calls per millisecond while calls are being held back; 0 until it is known. */
  throughput = 0;
  /** Smoothed latency in milliseconds, whatever its cause. */
  latency = 0;
  probes = 0;
  readonly #settings: AdaptiveLimitSettings;
  #limit: number;
  #isProbing = false;
  #nextProbe = 0;
  #probeEvery = PROBE_FIRST;
  #lastProbe = Number.NEGATIVE_INFINITY;
  #limitAtProbe = 0;
  #inFlight = 0;
  #busySince: number | undefined;
  #quietSince: number | undefined;
  /** Calls to end before a measurement starts: those of the level before. */
  #settling = 0;
  #started: number;
  #lastChange: number;
  /** Calls in flight, summed over time. */
  #area = 0;
  #ended = 0;

  constructor(settings: AdaptiveLimitSettings, now: number) {
    this.#settings = settings;
    this.#limit = settings.initial;
    this.current = settings.initial;
    this.#started = now;
    this.#lastChange = now;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** For how many milliseconds more than half of the places have been taken, short breaks apart. */
  busyFor(now: number): number {
    if (this.#busySince === undefined) return 0;
    if (this.#quietSince !== undefined && now - this.#quietSince > SHORT_BREAK) return 0;
    return now - this.#busySince;
  }

  /** A call starts. */
  enter(now: number): void {
    this.#advance(now);
    this.#inFlight++;
    if (this.#inFlight <= this.current / 2) return;
    if (this.busyFor(now) === 0) this.#busySince = now;
    this.#quietSince = undefined;
  }

  /**
   * A call that started at `started` has ended.
   *
   * @param isStanding Whether calls have been held back for longer than a burst takes: only then a probe is worth
   * what it costs.
   */
  leave(started: number, now: number, isStanding: boolean): void {
    this.#advance(now);
    this.#inFlight--;
    if (this.#inFlight <= this.current / 2) this.#quietSince ??= now;
    const took = now - started;
    this.latency = this.latency === 0 ? took : this.latency + (took - this.latency) * 0.05;
    if (this.#settling > 0) {
      if (this.#inFlight <= this.current && --this.#settling === 0) this.#measure(now);
      return;
    }
    this.#ended++;
    if (this.#isProbing) this.#judgeProbe(now);
    else this.#judgeWindow(now, isStanding);
  }

  #judgeProbe(now: number): void {
    const length = now - this.#started;
    const isEnough =
      (length >= PROBE_LENGTH && this.#ended >= PROBE_CALLS) || this.#ended >= PROBE_CALLS_ENOUGH;
    if (!isEnough || length <= 0) return;
    const found = this.#area / this.#ended;
    // Lower is always nearer to the truth; higher may be chance.
    this.#learnBaseline(found, now, found < this.baseline ? 1 : 0.5);
    if (this.#ended / length >= 0.8 * this.throughput && this.current > this.#settings.minimum) {
      this.#probe(now, this.current);
      return;
    }
    this.#isProbing = false;
    this.#become(Math.min(this.#limit, this.#target(this.throughput) + 1));
    this.#limitAtProbe = this.#limit;
    this.#measure(now, this.current);
  }

  #judgeWindow(now: number, isStanding: boolean): void {
    const length = now - this.#started;
    if (length < WINDOW_LENGTH || this.#ended < Math.max(WINDOW_CALLS, this.current)) return;
    const average = this.#area / length;
    if (average < 0.8 * this.current) {
      // The limit held nobody back: all that can be learned is the latency of a service that is not busy.
      if (average <= this.current / 2) this.#learnBaseline(this.#area / this.#ended, now, 0.2);
      this.#measure(now);
      return;
    }
    const throughput = this.#ended / length;
    const before = this.throughput;
    this.throughput = before === 0 ? throughput : (before + throughput) / 2;
    if (isStanding && now >= this.#probeDue()) {
      this.#isProbing = true;
      this.#lastProbe = now;
      this.#probe(now, this.#limit);
      return;
    }
    if (this.baseline > 0) {
      const target = this.#target(Math.max(throughput, this.throughput));
      this.#become(Math.min(this.#limit * 1.5 + 1, Math.max(this.#limit / 2, target)));
    } else if (throughput > GROWTH_GAIN * before && average < GROWTH_LATENCY * throughput) {
      this.#become(this.#limit * 1.5 + 1);
    }
    this.#measure(now);
  }

  /**
   * When to probe next. A service that has become slower than the headroom covers gets, by its old baseline, a limit
   * that starves it, and so an ever lower one: a limit that falls far must be looked into soon.
   */
  #probeDue(): number {
    if (this.#limit > FALL * this.#limitAtProbe) return this.#nextProbe;
    return Math.min(this.#nextProbe, this.#lastProbe + PROBE_FIRST);
  }

  #target(throughput: number): number {
    return HEADROOM * this.baseline * throughput;
  }

  #become(limit: number): void {
    this.#limit = Math.min(this.#settings.maximum, Math.max(this.#settings.minimum, limit));
    this.current = Math.floor(this.#limit);
  }

  #probe(now: number, level: number): void {
    this.probes++;
    this.current = Math.max(this.#settings.minimum, Math.floor(level * PROBE_SHARE));
    this.#measure(now, this.current);
  }

  #learnBaseline(found: number, now: number, weight: number): void {
    const before = this.baseline;
    this.baseline = before === 0 ? found : before + (found - before) * weight;
    const agrees = before > 0 && found > 0 && Math.abs(Math.log(found / before)) <= 0.25;
    this.#probeEvery = agrees ? PROBE_LAST : Math.min(PROBE_LAST, this.#probeEvery * 2);
    this.#nextProbe = now + this.#probeEvery;
  }

  #measure(now: number, settling = 0): void {
    this.#settling = settling;
    this.#area = 0;
    this.#ended = 0;
    this.#started = now;
    this.#lastChange = now;
  }

  #advance(now: number): void {
    this.#area += this.#inFlight * (now - this.#lastChange);
    this.#lastChange = now;
  }
}

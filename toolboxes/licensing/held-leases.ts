/**
 * The leases that this process holds: verified, judged by the clock, kept over a restart unless they are tied to the process. Decides
 * whether a toolbox is unlocked. Never talks to a portal.
 */

import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { GateState } from './gate.ts';
import { type LeaseClaims, verifyLease } from './lease.ts';
import type { LeaseStore, StoredEnd } from './lease-store.ts';
import type { LeaseTime, Moment } from './lease-time.ts';
import { type Toolbox, toolboxes, unlocks } from './licence.ts';
import type { IssuedLease } from './wire.ts';

/** A lease of this process. A new object whenever it is renewed. */
export interface Hold {
	readonly licence: number;
	readonly type: string;
	readonly user: string;
	readonly lease: string;
	readonly jws: string;
	/** s, where it is tied to this process; undefined for one that lasts. */
	readonly ttlS: number | undefined;
	/** It ends so long after this moment, s. */
	readonly from: Moment;
	readonly durationS: number;
	/** Why it unlocks nothing until the portal has renewed it. */
	readonly suspended: string | undefined;
}

const never = 'no licence that unlocks it is reserved here';

export class HeldLeases {
	readonly #store: LeaseStore;
	readonly #time: LeaseTime;
	readonly #portal: string;
	readonly #computer: string;
	readonly #holds = new Map<number, Hold>();
	/** Why each toolbox was locked last. */
	readonly #reasons = new Map<Toolbox, string>();

	constructor(store: LeaseStore, time: LeaseTime, portal: string, computer: string) {
		this.#store = store;
		this.#time = time;
		this.#portal = portal;
		this.#computer = computer;
	}

	/** Takes up what a process before has stored. What is forged, altered or of another computer is destroyed. */
	async load(): Promise<void> {
		let suspended: string | undefined;
		try {
			this.#time.requireNotSetBack();
		} catch (error) {
			suspended = messageOf(error).replace(/\.$/, '');
		}
		for (const { portal, jws } of this.#store.get('leases').leases) {
			if (portal !== this.#portal) continue;
			try {
				const claims = await this.#verify(jws);
				if (suspended === undefined && claims.iat * 1000 > this.#time.nowMs() + 600_000) suspended = 'a lease here was issued later than the clock of this computer says it is';
				const durationS = claims.exp - this.#time.nowMs() / 1000;
				// The portal knows better than a clock that may be wrong.
				const over = durationS <= 0 ? 'its lease ran out while Microjoule was not connected to the portal' : undefined;
				this.#holds.set(claims.licence, holdOf(claims, jws, undefined, this.#time.moment(), durationS, suspended ?? over));
			} catch (error) {
				for (const toolbox of toolboxes) this.#reasons.set(toolbox, messageOf(error).replace(/\.$/, ''));
			}
		}
		this.#save();
	}

	get(licence: number): Hold | undefined {
		return this.#holds.get(licence);
	}

	all(): readonly Hold[] {
		return [...this.#holds.values()];
	}

	/** s until the lease ends; negative once it has. */
	remainingS(hold: Hold): number {
		return hold.durationS - this.#time.sinceS(hold.from);
	}

	/** Whether a hold unlocks anything now. */
	isGood(hold: Hold): boolean {
		return hold.suspended === undefined && this.remainingS(hold) > 0;
	}

	/**
	 * Takes a lease that was asked for at `sent`: the portal counts from when it answered, the engine from when it asked, so the engine's end comes first.
	 * Undefined where it is no longer `wanted` once it is verified. Throws LEASE_INVALID.
	 */
	async install({ jws, lease, durationS }: IssuedLease, sent: Moment, ttlS: number | undefined, wanted: () => boolean): Promise<Hold | undefined> {
		const claims = await this.#verify(jws);
		if (claims.jti !== lease) throw new MicrojouleError('LEASE_INVALID', 'The portal has answered with the lease of something else.', { lease });
		if (!wanted()) return undefined;
		const hold = holdOf(claims, jws, ttlS, sent, Math.min(durationS, claims.exp - claims.iat), undefined);
		this.#holds.set(hold.licence, hold);
		this.#save(this.ends().filter(({ licence }) => licence !== hold.licence));
		return hold;
	}

	/** Locks, and destroys the lease, on the disk too, before it returns. `tell`: the portal is still to be told. */
	destroy(hold: Hold, reason: string, tell = false): void {
		if (this.#holds.get(hold.licence)?.lease !== hold.lease) return;
		this.#holds.delete(hold.licence);
		this.#explain(hold.type, reason);
		this.#save(tell ? [...this.ends(), { portal: this.#portal, licence: hold.licence, lease: hold.lease, why: 'returned' }] : undefined);
	}

	/** A lease is about to be asked for: should the answer be lost, the portal must hear that nobody has it. */
	asking(licence: number, lease: string): void {
		this.#save([...this.ends(), { portal: this.#portal, licence, lease, why: 'unanswered' }]);
	}

	/** Leases of this portal that are over here, and that it may not know to be. */
	ends(): readonly StoredEnd[] {
		return this.#store.get('leases').ends.filter(({ portal }) => portal === this.#portal);
	}

	/** The portal knows. */
	told(lease: string): void {
		if (this.ends().some((end) => end.lease === lease)) this.#save(this.ends().filter((end) => end.lease !== lease));
	}

	judge(toolbox: Toolbox): GateState {
		const unlocking = this.all().filter(({ type }) => unlocks(type, toolbox));
		const good = unlocking.filter((hold) => this.isGood(hold)).sort((a, b) => this.remainingS(b) - this.remainingS(a))[0];
		if (good) return { open: true, until: new Date(Math.floor(this.#time.nowMs() + this.remainingS(good) * 1000)).toISOString(), reason: null };
		return { open: false, until: null, reason: unlocking.find(({ suspended }) => suspended !== undefined)?.suspended ?? this.#reasons.get(toolbox) ?? never };
	}

	#verify(jws: string): Promise<LeaseClaims> {
		return verifyLease(jws, this.#store.get('keys')[this.#portal] ?? [], this.#computer);
	}

	#explain(type: string, reason: string): void {
		for (const toolbox of toolboxes) if (unlocks(type, toolbox)) this.#reasons.set(toolbox, reason);
	}

	#save(ends: readonly StoredEnd[] = this.ends()): void {
		const others = this.#store.get('leases');
		this.#store.set('leases', {
			leases: [
				...others.leases.filter(({ portal }) => portal !== this.#portal),
				...this.all()
					.filter(({ ttlS }) => ttlS === undefined)
					.map(({ jws }) => ({ portal: this.#portal, jws })),
			],
			ends: [...others.ends.filter(({ portal }) => portal !== this.#portal), ...ends],
		});
	}
}

function holdOf(claims: LeaseClaims, jws: string, ttlS: number | undefined, from: Moment, durationS: number, suspended: string | undefined): Hold {
	return { licence: claims.licence, type: claims.licenceType, user: claims.sub, lease: claims.jti, jws, ttlS, from, durationS, suspended };
}

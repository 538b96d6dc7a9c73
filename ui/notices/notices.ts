/**
 * What has happened that somebody may want to know: faults of devices, losses, what was refused, connections that broke. Everything that pops up on the page
 * stays here, so that a message that has gone can be read again. Bounded; what happens again and again is one entry with a count.
 */

import { type NotificationData, notifications, notificationsStore } from '@mantine/notifications';
import type { Bench } from '../bench.ts';
import { duration } from '../format.ts';
import { Store } from '../store.ts';
import type { AcquisitionEvent } from '../types.ts';

export type NoticeLevel = 'fault' | 'warning' | 'note';

export interface Notice {
	readonly id: number;
	/** ms since 1970, of the last time. */
	readonly at: number;
	readonly level: NoticeLevel;
	/** The device, or what was tried. */
	readonly title: string;
	readonly message: string;
	/** How often. */
	readonly count: number;
}

export interface NoticesState {
	/** Newest first. */
	readonly list: readonly Notice[];
	/** Faults and warnings nobody has seen yet. */
	readonly unseen: number;
	readonly open: boolean;
}

const mostNotices = 200;
/** ms: losses that follow each other within this are told of once. */
const quietMs = 10_000;
const colors: Readonly<Record<NoticeLevel, string>> = { fault: 'red', warning: 'orange', note: 'gray' };

export class Notices {
	readonly state = new Store<NoticesState>({ list: [], unseen: 0, open: false });
	readonly #bench: Bench;
	#number = 0;
	/** Ids of what has popped up and is noted already. */
	#popped = new Set<string>();
	/** When a loss of a device was told of last. */
	#lossAt = new Map<string, number>();
	#connection = 'connecting';
	#triggerReason: string | null = null;

	constructor(bench: Bench) {
		this.#bench = bench;
		bench.onEvent((device, event) => this.#event(device, event));
		bench.subscribe(() => this.#look());
		// Other rooms pop messages up without knowing of this one.
		notificationsStore.subscribe(({ notifications: popped, queue }) => {
			const there = [...popped, ...queue];
			for (const notification of there) this.#poppedUp(notification);
			this.#popped = new Set(there.map(({ id = '' }) => id));
		});
	}

	/** Notes it, and pops it up. */
	tell(level: NoticeLevel, title: string, message: string): void {
		notifications.show({ color: colors[level], title, message, onClick: () => this.open(true), style: { cursor: 'pointer' } });
	}

	open(open: boolean): void {
		this.state.set({ open, unseen: 0 });
	}

	clear(): void {
		this.state.set({ list: [], unseen: 0 });
	}

	#poppedUp({ id = '', color, title, message }: NotificationData): void {
		if (this.#popped.has(id) || typeof message !== 'string') return;
		this.#note(color === 'red' ? 'fault' : color === 'orange' ? 'warning' : 'note', typeof title === 'string' ? title : '', message);
	}

	#note(level: NoticeLevel, title: string, message: string): void {
		const { list, unseen, open } = this.state.state;
		const same = list.find((notice) => notice.title === title && notice.message === message);
		const notice: Notice = { id: same?.id ?? ++this.#number, at: Date.now(), level, title, message, count: (same?.count ?? 0) + 1 };
		this.state.set({ list: [notice, ...list.filter((other) => other !== same)].slice(0, mostNotices), unseen: open || level === 'note' ? unseen : unseen + 1 });
	}

	#event(device: string, event: AcquisitionEvent): void {
		const name = this.#bench.state().devices.find(({ id }) => id === device)?.name ?? device;
		if (event.type === 'disconnect' || event.type === 'fault') this.tell('fault', name, event.message);
		else if (event.type === 'gap') {
			const now = Date.now();
			const quiet = now - (this.#lossAt.get(device) ?? 0) < quietMs;
			this.#lossAt.set(device, now);
			if (!quiet) this.tell('warning', name, `Samples lost: ${duration(event.duration, 3)}. ${lossRemedy}`);
		}
	}

	/** What the bench's picture says by itself. */
	#look(): void {
		const { connection, trigger } = this.#bench.state();
		if (connection !== this.#connection) {
			if (connection === 'lost') this.#note('warning', 'Microjoule', 'The connection to the engine is lost. The page connects again by itself; is the program still running?');
			if (connection === 'open' && this.#connection === 'lost') this.#note('note', 'Microjoule', 'Connected again.');
			this.#connection = connection;
		}
		const reason = trigger?.state === 'off' ? trigger.reason : null;
		if (reason !== this.#triggerReason) {
			this.#triggerReason = reason;
			if (reason !== null) this.tell('fault', 'Trigger', `It is off: ${reason}`);
		}
	}
}

const lossRemedy = 'They are left out of every figure. Where it goes on, close other programs, or use a USB port of its own.';

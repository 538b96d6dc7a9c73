/**
 * What scripts ask and are answered, for whoever looks at it: each message as text, with who sent it. Costs a dispatcher one comparison while nobody
 * watches. Keeps nothing: a watcher hears what comes after it. Secrets are taken out before anything leaves here.
 */

export interface TrafficEntry {
	/** ms since 1970. */
	readonly at: number;
	/** `TCP 127.0.0.1:40312`, `WebSocket 3`. */
	readonly client: string;
	readonly direction: 'request' | 'answer';
	/** The message, shortened. */
	readonly text: string;
	/** Characters of the whole message. */
	readonly size: number;
	/** Of an answer: it is an error. */
	readonly failed: boolean;
}

/** Longer messages are shown by their beginning. */
const maxShown = 2000;
/** Longer ones are not even parsed. */
const maxParsed = 32 * 1024;
const secretKey = /passw|secret|token|credential/i;
const hidden = '•••';

export class Traffic {
	readonly #watchers = new Set<(entry: TrafficEntry) => void>();

	get watched(): boolean {
		return this.#watchers.size > 0;
	}

	/** Returns an unsubscriber. */
	watch(watcher: (entry: TrafficEntry) => void): () => void {
		this.#watchers.add(watcher);
		return () => void this.#watchers.delete(watcher);
	}

	note(client: string, direction: TrafficEntry['direction'], text: string): void {
		if (!this.watched) return;
		const failed = direction === 'answer' && text.startsWith('{"type":"error"');
		// A client may escape any letter of a key; our own answers hold such a key only where an error quotes one.
		const suspect = secretKey.test(text) || (text.includes('\\u') && (failed || direction === 'request'));
		const entry = { at: Date.now(), client, direction, text: shortened(suspect ? withoutSecrets(text) : text), size: text.length, failed };
		for (const watcher of this.#watchers) watcher(entry);
	}
}

/** What cannot be parsed is not shown at all, nor what an error quotes of such a request. */
function withoutSecrets(text: string): string {
	const message = text.length <= maxParsed ? parsed(text) : undefined;
	if (message === undefined) return `(not shown, as it may hold a secret: ${text.length} characters)`;
	const quoted = String((message as { data?: { data?: unknown } | null }).data?.data ?? '');
	const shown = secretKey.test(quoted) || quoted.includes('\\u') ? { ...message, data: hidden } : message;
	return JSON.stringify(shown, (key, value) => (secretKey.test(key) ? hidden : value));
}

function parsed(text: string): object | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}

function shortened(text: string): string {
	return text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`;
}

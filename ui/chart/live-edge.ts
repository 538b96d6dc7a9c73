/**
 * Where "now" lies in a device's time, moving as smoothly as the screen: samples come in lumps every few hundredths of a second, and a picture
 * that moved with the lumps would tremble. The page's clock carries it from lump to lump; the lumps hold it to the device's.
 */

/** s the picture may run ahead of the newest sample before it stands still: the stream has stopped. */
const mostAheadS = 0.25;
/** s the lead over the page's clock may fall in a second: clocks drift, and a late lump must not push the picture back. */
const fall = 0.002;

export class LiveEdge {
	readonly #leads = new Map<string, { lead: number; at: number }>();

	/** `endS`: where the device's newest sample ends. `nowS`: the page's clock. Both s. */
	at(device: string, endS: number, nowS: number): number {
		const known = this.#leads.get(device);
		const lead = endS - nowS;
		const kept = known ? known.lead - fall * (nowS - known.at) : Number.NEGATIVE_INFINITY;
		// Far off is another measurement, or a page that slept.
		const next = Math.abs(lead - kept) < 1 ? Math.max(lead, kept) : lead;
		this.#leads.set(device, { lead: next, at: nowS });
		return Math.min(nowS + next, endS + mostAheadS);
	}
}

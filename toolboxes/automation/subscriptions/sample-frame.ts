/**
 * The binary frame that carries the samples of one channel of a subscription, for the server that writes it and the client that reads it.
 * `docs/reference/scripting.md` describes its bytes. All numbers are little-endian.
 */

/** "MJSD". */
export const sampleFrameMagic = 0x4453_4a4d;
export const sampleFrameHeaderBytes = 48;

/** Values between the frame before and this one were left out, because the client was too slow. */
export const flagMissing = 1;
/** A new measurement: the index starts afresh. */
export const flagRestarted = 2;

export interface SampleFrame {
	readonly subscription: number;
	/** Place of the channel in the subscription's list. */
	readonly place: number;
	readonly restarted: boolean;
	/** Values a second, Hz. */
	readonly rateHz: number;
	/** Index of the first value: it lies index / rateHz s after the start of the measurement or recording. */
	readonly index: number;
	/** Values left out before this frame. */
	readonly missing: number;
	/** Samples of the instrument lost since the frame before, of which values are made. */
	readonly lost: number;
	/** NaN where nothing but lost samples lies behind a value. */
	readonly values: Float32Array<ArrayBuffer>;
}

export function encodeSampleFrame({
	subscription,
	place,
	restarted,
	rateHz,
	index,
	missing,
	lost,
	values,
}: Omit<SampleFrame, 'values'> & { values: Float32Array }): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(sampleFrameHeaderBytes + values.length * 4);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, sampleFrameMagic, true);
	view.setUint32(4, subscription, true);
	view.setUint16(8, place, true);
	view.setUint16(10, (missing > 0 ? flagMissing : 0) | (restarted ? flagRestarted : 0), true);
	view.setUint32(12, values.length, true);
	view.setFloat64(16, rateHz, true);
	view.setFloat64(24, index, true);
	view.setFloat64(32, missing, true);
	view.setFloat64(40, lost, true);
	new Float32Array(bytes.buffer, sampleFrameHeaderBytes).set(values);
	return bytes;
}

/** Undefined for anything else than such a frame. `values` is a view of `buffer`. */
export function decodeSampleFrame(buffer: ArrayBuffer): SampleFrame | undefined {
	if (buffer.byteLength < sampleFrameHeaderBytes) return undefined;
	const view = new DataView(buffer);
	const count = view.getUint32(12, true);
	if (view.getUint32(0, true) !== sampleFrameMagic || buffer.byteLength !== sampleFrameHeaderBytes + count * 4) return undefined;
	return {
		subscription: view.getUint32(4, true),
		place: view.getUint16(8, true),
		restarted: (view.getUint16(10, true) & flagRestarted) !== 0,
		rateHz: view.getFloat64(16, true),
		index: view.getFloat64(24, true),
		missing: view.getFloat64(32, true),
		lost: view.getFloat64(40, true),
		values: new Float32Array(buffer, sampleFrameHeaderBytes, count),
	};
}

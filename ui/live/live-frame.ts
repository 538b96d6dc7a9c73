/** Reads the live stream's binary frames; `docs/reference/live-stream.md` describes them. The columns are views of the message. */

const magic = 0x564c_4a4d;
const frameHeaderBytes = 16;
const channelHeaderBytes = 48;

export interface FramePart {
	/** Place in the subscription's channel list. */
	readonly channel: number;
	/** Earlier columns no longer count. */
	readonly reset: boolean;
	/** Hz. */
	readonly rate: number;
	readonly samplesPerColumn: number;
	/** Index of the first column: its first sample divided by samplesPerColumn. */
	readonly firstColumn: number;
	/** Samples in the last column so far. */
	readonly lastSamples: number;
	/** Samples lost since the measurement began. */
	readonly lost: number;
	/** Mean of the last half second. */
	readonly reading: number;
	readonly min: Float32Array;
	readonly max: Float32Array;
	readonly mean: Float32Array;
}

/** Undefined for anything that is not a frame. */
export function decodeFrame(message: ArrayBuffer): { subscription: number; parts: FramePart[] } | undefined {
	const view = new DataView(message);
	if (message.byteLength < frameHeaderBytes || view.getUint32(0, true) !== magic) return undefined;
	const parts: FramePart[] = [];
	let at = frameHeaderBytes;
	for (let left = view.getUint32(8, true); left > 0; left--) {
		const columns = view.getUint32(at + 24, true);
		const samplesPerColumn = view.getUint32(at + 4, true);
		const data = at + channelHeaderBytes;
		parts.push({
			channel: view.getUint16(at, true),
			reset: (view.getUint16(at + 2, true) & 1) !== 0,
			samplesPerColumn,
			rate: view.getFloat64(at + 8, true),
			firstColumn: Math.round(view.getFloat64(at + 16, true) / samplesPerColumn),
			lastSamples: view.getUint32(at + 28, true),
			lost: view.getFloat64(at + 32, true),
			reading: view.getFloat32(at + 40, true),
			min: new Float32Array(message, data, columns),
			max: new Float32Array(message, data + columns * 4, columns),
			mean: new Float32Array(message, data + columns * 8, columns),
		});
		at = data + Math.ceil((columns * 12) / 8) * 8;
	}
	return { subscription: view.getUint32(4, true), parts };
}

/** An envelope ready for painting: columns of time, minimum, maximum and mean in arrays that are reused from one picture to the next. */

export class Trace {
	readonly color: string;
	/** The extremes are bounds of what may be, not what was seen: they are painted faintly, the mean over them. */
	readonly interval: boolean;
	/** s: where each column begins. */
	t = new Float64Array(0);
	/** NaN where a column holds no valid sample. */
	min = new Float32Array(0);
	max = new Float32Array(0);
	mean = new Float32Array(0);
	/** 1 where some samples of the column are missing. */
	lossy = new Uint8Array(0);
	count = 0;
	/** s: where the last column ends. */
	endS = 0;

	constructor(color: string, interval = false) {
		this.color = color;
		this.interval = interval;
	}

	/** Makes room for `count` columns; what they held is undefined. */
	reserve(count: number): void {
		if (this.t.length >= count) return;
		const size = Math.max(1024, 2 ** Math.ceil(Math.log2(count)));
		this.t = new Float64Array(size);
		this.min = new Float32Array(size);
		this.max = new Float32Array(size);
		this.mean = new Float32Array(size);
		this.lossy = new Uint8Array(size);
	}
}

/**
 * Brings an older project.json up to the present version, one version at a time, in memory: the file itself stays as it is until the
 * project is saved. Whoever raises `projectVersion` adds the step from the version before, and a test of it.
 */

export const projectVersion = 2;

type Content = Readonly<Record<string, unknown>>;
export type Migration = (content: Content) => Record<string, unknown>;

/** By the version they start from. */
export const migrations: Readonly<Record<number, Migration>> = {
	/** Version 1 knew of a recording only its id; 2 has an object for each, so that it can be renamed, hidden, coloured, shifted and edited. */
	1: ({ recordings, ...rest }) => ({ ...rest, recordings: Array.isArray(recordings) ? recordings.map((id: unknown) => ({ id })) : recordings }),
};

/** Applies the steps from `content.version` to `target`; the result states the target. */
export function migrate(content: Content, table: Readonly<Record<number, Migration>> = migrations, target: number = projectVersion): Record<string, unknown> {
	let upgraded: Record<string, unknown> = { ...content };
	for (let version = Number(content.version); version < target; version++) upgraded = { ...table[version](upgraded), version: version + 1 };
	return upgraded;
}

/** How deep JSON from elsewhere is nested. The parser takes any depth; what calls itself for every level, such as `JSON.stringify`, does not. */

/** Whether `value` has objects or lists within each other in more than so many levels. */
export function nestedDeeper(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((inner) => nestedDeeper(inner, levels - 1));
}

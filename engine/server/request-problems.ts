/**
 * What is wrong with a request, in words, from what the validator says of it. Of a body that may have several shapes only the shape that it comes nearest to
 * is spoken of: the validator tells of all of them.
 */

import type { FastifySchemaValidationError } from 'fastify';

type Problem = Pick<FastifySchemaValidationError, 'keyword' | 'schemaPath' | 'instancePath' | 'params' | 'message'>;

/** One line. `whole` names the thing itself: body, querystring, params. */
export function problemsInWords(problems: readonly Problem[], whole: string): string {
	const lines = nearest(problems).map((problem) => inWords(problem, whole));
	return [...new Set(lines)].join('; ');
}

const alternatives = '/anyOf/';

/** Without those of the shapes that fit less well than another. */
function nearest(problems: readonly Problem[]): readonly Problem[] {
	const inside = problems.find(({ schemaPath }) => schemaPath.includes(alternatives));
	if (!inside) {
		// Every unknown key is told by itself as well.
		const keys = problems.some(({ keyword }) => keyword === 'boolean');
		return problems.filter(({ keyword }) => keyword !== 'anyOf' && !(keys && keyword === 'additionalProperties'));
	}
	const place = inside.schemaPath.slice(0, inside.schemaPath.indexOf(alternatives));
	const start = `${place}${alternatives}`;
	const [mine, others] = [problems.filter(({ schemaPath }) => schemaPath.startsWith(start)), problems.filter(({ schemaPath }) => !schemaPath.startsWith(start))];
	const shapes = [...Map.groupBy(mine, ({ schemaPath }) => schemaPath.slice(start.length).split('/', 1)[0]).values()].map((shape) =>
		nearest(shape.map((problem) => ({ ...problem, schemaPath: problem.schemaPath.slice(start.length) }))),
	);
	const words = shapes.map((shape) => shape.find(({ keyword }) => keyword === 'const'));
	const rest = nearest(others.filter(({ schemaPath }) => schemaPath !== place));
	// The word that would choose a shape is none of them.
	if (words.every((word) => word !== undefined)) return [...rest, { ...words[0], keyword: 'enum', params: { allowedValues: words.map(({ params }) => params.allowedValue) } }];
	const fitting = shapes.filter((_, k) => words[k] === undefined);
	const unknownKeys = (shape: readonly Problem[]) => shape.filter(({ keyword }) => keyword === 'boolean').length;
	return [...rest, ...fitting.reduce((best, shape) => ((unknownKeys(shape) - unknownKeys(best) || shape.length - best.length) < 0 ? shape : best))];
}

function inWords({ keyword, instancePath, params, message = '' }: Problem, whole: string): string {
	const place = instancePath.slice(1).replaceAll('/', '.') || whole;
	switch (keyword) {
		case 'boolean':
			return `${place} is not a known key`;
		case 'const':
			return `${place} must be ${JSON.stringify(params.allowedValue)}`;
		case 'enum':
			return `${place} must be ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(' or ')}`;
		default:
			return `${place} ${message}`;
	}
}

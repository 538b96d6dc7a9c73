/** The one shape of an error over HTTP and WebSocket, `{"error": {"code", "message", "details"}}`, and how everything thrown becomes it. */

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, errorCodes, MicrojouleError, messageOf } from '../../drivers/errors.ts';

export interface ErrorBody {
	readonly error: { readonly code: ErrorCode; readonly message: string; readonly details: Readonly<Record<string, unknown>> };
}

export function errorBody(error: MicrojouleError): ErrorBody {
	return { error: { code: error.code, message: error.message, details: error.details } };
}

/** What was thrown, as the class of the house: Fastify's own refusals (a body that is no JSON, a field out of range) are the caller's mistake. */
export function asMicrojouleError(thrown: unknown): MicrojouleError {
	if (thrown instanceof MicrojouleError) return thrown;
	const error = thrown as Partial<FastifyError>;
	if (error.validation) {
		const { validationContext } = error;
		const problems = error.validation.map(({ instancePath, message }) => `${instancePath?.slice(1).replaceAll('/', '.') || validationContext} ${message}`);
		return new MicrojouleError('INVALID_VALUE', `The request's ${validationContext} is not valid: ${problems.join('; ')}.`, { in: validationContext });
	}
	if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
		return new MicrojouleError(error.statusCode === 404 ? 'NOT_FOUND' : 'INVALID_VALUE', messageOf(thrown));
	return new MicrojouleError('INTERNAL', `Something went wrong inside Microjoule: ${messageOf(thrown)}.`, {}, thrown);
}

export function replyWithError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
	const error = asMicrojouleError(thrown);
	if (errorCodes[error.code].status >= 500) request.log.error(thrown);
	void reply.status(error.status).type('application/json; charset=utf-8').serializer(JSON.stringify).send(errorBody(error));
}

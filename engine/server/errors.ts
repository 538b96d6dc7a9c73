/** The one shape of an error over HTTP and WebSocket, `{"error": {"code", "message", "details"}}`, and how everything thrown becomes it. */

import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, errorCodes, MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { problemsInWords } from './request-problems.ts';

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
		const problems = problemsInWords(error.validation, validationContext ?? 'request');
		return new MicrojouleError('INVALID_VALUE', `The request's ${validationContext} is not valid: ${problems}.`, { in: validationContext });
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

/** Answers a WebSocket's upgrade request with an error, and hangs up. */
export function refuseUpgrade(socket: Duplex, error: MicrojouleError): void {
	const body = JSON.stringify(errorBody(error));
	const head = [`HTTP/1.1 ${error.status} Refused`, 'Connection: close', 'Content-Type: application/json; charset=utf-8', `Content-Length: ${Buffer.byteLength(body)}`];
	socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

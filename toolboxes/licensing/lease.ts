/**
 * A lease: the portal's signed word that a licence is reserved for a user on a computer until a time. A JWS, signed with Ed25519; the portal
 * signs, the engine verifies. Whether its time has come is judged by whoever holds it, by the clock that counts there.
 */

import { CompactSign, type CryptoKey, compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';

const issuer = 'microjoule-portal';
/** Of the JWS header: nothing else that the portal signs can be shown as a lease. */
const mediaType = 'microjoule-lease+jwt';

const claimsSchema = Type.Object({
	iss: Type.Literal(issuer),
	/** The lease's id. */
	jti: Type.String({ minLength: 1 }),
	licence: Type.Integer(),
	licenceType: Type.String(),
	/** The user's name, and the account's id at the portal. */
	sub: Type.String(),
	uid: Type.Integer(),
	/** The computer's id. */
	computer: Type.String({ minLength: 1 }),
	/** s since 1970, to the millisecond. */
	iat: Type.Number(),
	exp: Type.Number(),
});
const claimsType = Compile(claimsSchema);
export type LeaseClaims = Readonly<Static<typeof claimsSchema>>;

export interface SigningKey {
	readonly kid: string;
	readonly key: CryptoKey;
}

export function signLease(claims: Omit<LeaseClaims, 'iss'>, { kid, key }: SigningKey): Promise<string> {
	return new CompactSign(Buffer.from(JSON.stringify({ iss: issuer, ...claims }))).setProtectedHeader({ alg: 'EdDSA', kid, typ: mediaType }).sign(key);
}

/**
 * What a lease claims, if one of `keys` signed it for `computer`. LEASE_INVALID: forged, altered, of another portal or another computer. Its
 * expiry is not looked at.
 */
export async function verifyLease(jws: string, keys: readonly { readonly kid: string; readonly jwk: JWK }[], computer: string): Promise<LeaseClaims> {
	let claims: unknown;
	try {
		const { kid } = decodeProtectedHeader(jws);
		const key = keys.find((each) => each.kid === kid);
		if (!key) throw new Error('it is not signed with a key of this portal');
		const { payload, protectedHeader } = await compactVerify(jws, await importJWK(key.jwk, 'EdDSA'), { algorithms: ['EdDSA'] });
		if (protectedHeader.typ !== mediaType) throw new Error('it is signed, but no lease');
		claims = JSON.parse(Buffer.from(payload).toString('utf8'));
		if (!claimsType.Check(claims)) throw new Error('its claims are not those of a lease');
	} catch (error) {
		throw new MicrojouleError('LEASE_INVALID', `The lease is not genuine (${messageOf(error)}). Reserve the licence again.`, {}, error);
	}
	if (claims.computer !== computer)
		throw new MicrojouleError('LEASE_INVALID', `The lease of licence ${claims.licence} was issued to another computer. Reserve the licence here.`, { licence: claims.licence });
	return claims;
}

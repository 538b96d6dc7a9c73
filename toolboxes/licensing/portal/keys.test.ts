import { CompactSign, compactVerify, importJWK } from 'jose';
import { expect, it } from 'vitest';
import { signLease, verifyLease } from '../lease.ts';
import { onBothDatabases } from './database/testing.ts';
import { LicenceBench, startMs } from './licence-testing.ts';

const nonce = 'sixteen-letters!';
const claims = { jti: 'lease', licence: 1, licenceType: 'Automation', sub: 'Anna', uid: 1, computer: 'office', iat: 1, exp: 2 };

onBothDatabases((databases) => {
	it('proves who the portal is, and how its keys follow from each other', async () => {
		const where = await databases.fresh();
		const before = await (async () => {
			await using bench = await LicenceBench.open(where);
			return bench.keys.identity(nonce);
		})();
		await using bench = await LicenceBench.open(where); // the key outlasts the process
		expect((await bench.keys.identity(nonce)).keys).toEqual(before.keys);
		await bench.keys.rotate();
		await bench.keys.rotate();
		await bench.sweep();
		const { jws, keys } = await bench.keys.identity(nonce);
		expect(keys).toHaveLength(3);
		expect(keys[0]).toEqual(before.keys[0]);
		const { payload, protectedHeader } = await compactVerify(jws, await importJWK(keys[2].jwk, 'EdDSA'));
		expect(protectedHeader).toMatchObject({ alg: 'EdDSA', kid: keys[2].kid });
		expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ nonce, now: startMs });
		for (const [k, key] of keys.entries()) {
			expect(key.jwk).not.toHaveProperty('d');
			if (k === 0) expect(key.endorsement).toBeNull();
			else {
				const endorsed = await compactVerify(key.endorsement ?? '', await importJWK(keys[k - 1].jwk, 'EdDSA'));
				expect(JSON.parse(Buffer.from(endorsed.payload).toString())).toEqual(key.jwk);
			}
		}
	});

	it('refuses every lease that is not the portal’s own, unaltered, and of this computer', async () => {
		await using bench = await LicenceBench.open(await databases.fresh());
		await using other = await LicenceBench.open(await databases.fresh());
		const { keys, jws: identity } = await bench.keys.identity(nonce);
		const lease = await signLease(claims, bench.keys.current);
		expect(await verifyLease(lease, keys, 'office')).toEqual({ iss: 'microjoule-portal', ...claims });
		await expect(verifyLease(lease, keys, 'lab')).rejects.toMatchObject({ code: 'LEASE_INVALID', details: { licence: 1 } });
		const [header, , signature] = lease.split('.');
		const altered = Buffer.from(JSON.stringify({ iss: 'microjoule-portal', ...claims, exp: 9e9 })).toString('base64url');
		const bare = Buffer.from(JSON.stringify({ alg: 'none', kid: keys[0].kid, typ: 'microjoule-lease+jwt' })).toString('base64url');
		// The public key as the secret of another algorithm.
		const confused = await new CompactSign(Buffer.from(JSON.stringify({ iss: 'microjoule-portal', ...claims })))
			.setProtectedHeader({ alg: 'HS256', kid: keys[0].kid, typ: 'microjoule-lease+jwt' })
			.sign(Buffer.from(JSON.stringify(keys[0].jwk)));
		const forged = await signLease(claims, { ...other.keys.current, kid: bench.keys.current.kid });
		const foreign = await signLease(claims, other.keys.current);
		const incomplete = await signLease({ ...claims, exp: undefined as never }, bench.keys.current);
		for (const bad of [`${header}.${altered}.${signature}`, `${bare}.${altered}.`, confused, forged, foreign, incomplete, identity, lease.slice(0, -2), '', 'a.b.c'])
			await expect(verifyLease(bad, keys, 'office')).rejects.toMatchObject({ code: 'LEASE_INVALID' });
	});
});

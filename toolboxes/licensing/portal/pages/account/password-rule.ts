/** What a new password must be, for its field. The portal checks the same. */

const minLength = 8;

export const passwordRule = { minLength, maxLength: 256, description: `At least ${minLength} characters.` } as const;

/** Every page: its path, who may see it, and its code. Those that few open, or open rarely, are loaded when they are. */

import { type ComponentType, lazy } from 'react';
import { SignInPage } from './account/sign-in-page.tsx';
import { SignUpPage } from './account/sign-up-page.tsx';
import { VerifyPage } from './account/verify-page.tsx';
import { LicencesPage } from './licences/licences-page.tsx';

/** What a page is given: the parameters of its path, and the query. */
export interface PageProps {
	readonly params: Readonly<Record<string, string>>;
	readonly query: URLSearchParams;
}

export interface Route {
	readonly path: string;
	readonly needs: 'nothing' | 'account' | 'administrator';
	readonly page: ComponentType<PageProps>;
}

export const routes: readonly Route[] = [
	{ path: '/sign-in', needs: 'nothing', page: SignInPage },
	{ path: '/sign-up', needs: 'nothing', page: SignUpPage },
	{ path: '/verify', needs: 'nothing', page: VerifyPage },
	{ path: '/forgot', needs: 'nothing', page: lazy(() => import('./account/forgot-page.tsx')) },
	{ path: '/reset', needs: 'nothing', page: lazy(() => import('./account/reset-page.tsx')) },
	{ path: '/terms', needs: 'nothing', page: lazy(() => import('./account/terms-page.tsx')) },
	{ path: '/set-up', needs: 'nothing', page: lazy(() => import('./account/set-up-page.tsx')) },
	{ path: '/account', needs: 'account', page: lazy(() => import('./account/account-page.tsx')) },
	{ path: '/licences', needs: 'account', page: LicencesPage },
	{ path: '/buy', needs: 'account', page: lazy(() => import('./shop/buy-page.tsx')) },
	{ path: '/checkout/:reference', needs: 'account', page: lazy(() => import('./shop/checkout-page.tsx')) },
	{ path: '/orders', needs: 'account', page: lazy(() => import('./shop/orders-page.tsx')) },
	{ path: '/orders/:reference', needs: 'account', page: lazy(() => import('./shop/order-page.tsx')) },
	{ path: '/downloads', needs: 'account', page: lazy(() => import('./support/downloads-page.tsx')) },
	{ path: '/hardware', needs: 'account', page: lazy(() => import('./support/hardware-page.tsx')) },
	{ path: '/support', needs: 'account', page: lazy(() => import('./support/cases-page.tsx')) },
	{ path: '/support/:id', needs: 'account', page: lazy(() => import('./support/case-page.tsx')) },
	{ path: '/admin/users', needs: 'administrator', page: lazy(() => import('./administration/users-page.tsx')) },
	{ path: '/admin/licences', needs: 'administrator', page: lazy(() => import('./administration/all-licences-page.tsx')) },
	{ path: '/admin/audit', needs: 'administrator', page: lazy(() => import('./administration/audit-page.tsx')) },
	{ path: '/admin/settings', needs: 'administrator', page: lazy(() => import('./administration/settings-page.tsx')) },
];

/** The pages' frame: skip link, header with the ways to go, and the page of the address; sends whoever must sign in first to do so. */

import { Button, Text } from '@mantine/core';
import { Suspense, useEffect, useRef, useState } from 'react';
import { Boundary } from './parts/boundary.tsx';
import { Waiting } from './parts/loading.tsx';
import { Page } from './parts/page.tsx';
import { follow, Link, match, navigate, useAddress } from './router.tsx';
import { routes } from './routes.ts';
import { signOut, useSession } from './session.ts';
import { Status, say } from './status.tsx';
import type { SessionUser } from './types.ts';

const userLinks: readonly (readonly [path: string, name: string])[] = [
	['/licences', 'Licences'],
	['/buy', 'Buy'],
	['/orders', 'Orders'],
	['/downloads', 'Downloads'],
	['/hardware', 'Hardware'],
	['/support', 'Support'],
	['/account', 'Account'],
];
const administratorLinks: typeof userLinks = [
	['/admin/users', 'Users'],
	['/admin/licences', 'All licences'],
	['/admin/audit', 'Audit log'],
	['/admin/settings', 'Settings'],
];
const visitorLinks: typeof userLinks = [
	['/sign-in', 'Sign in'],
	['/sign-up', 'Sign up'],
];

export function App() {
	const { path, query } = useAddress();
	const user = useSession();
	// biome-ignore lint/correctness/useExhaustiveDependencies: another page is the occasion
	useEffect(() => say(''), [path]);
	return (
		<>
			<a className="skip" href="#main">
				Skip to the content
			</a>
			{user !== undefined && <Header user={user} path={path} />}
			<main id="main" tabIndex={-1}>
				{user === undefined ? <Waiting /> : <CurrentPage path={path} query={query} user={user} />}
			</main>
			<Status />
		</>
	);
}

function CurrentPage({ path, query, user }: { path: string; query: URLSearchParams; user: SessionUser | null }) {
	if (path === '/') return <Redirect to={user ? '/licences' : '/sign-in'} />;
	for (const { path: pattern, needs, page: Content } of routes) {
		const params = match(pattern, path);
		if (!params) continue;
		if (needs !== 'nothing' && !user) return <Redirect to={`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`} />;
		if (needs === 'administrator' && !user?.admin)
			return (
				<Page title="Not for this account" narrow>
					<Text>Only administrators of the portal see this page.</Text>
				</Page>
			);
		return (
			<Boundary key={path}>
				<Suspense fallback={<Waiting />}>
					<Content params={params} query={query} />
				</Suspense>
			</Boundary>
		);
	}
	return (
		<Page title="No such page" narrow>
			<Text>
				Nothing is here. <Link to="/">Go to the start.</Link>
			</Text>
		</Page>
	);
}

function Redirect({ to }: { to: string }) {
	useEffect(() => navigate(to, { replace: true }), [to]);
	return <Waiting />;
}

function Header({ user, path }: { user: SessionUser | null; path: string }) {
	const [open, setOpen] = useState(false);
	const button = useRef<HTMLButtonElement>(null);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another page is the occasion
	useEffect(() => setOpen(false), [path]);
	const list = (links: typeof userLinks, label: string) => (
		<ul aria-label={label}>
			{links.map(([to, name]) => (
				<li key={to}>
					<a href={to} onClick={follow} aria-current={path === to || path.startsWith(`${to}/`) ? 'page' : undefined}>
						{name}
					</a>
				</li>
			))}
		</ul>
	);
	const leave = async () => {
		await signOut();
		navigate('/sign-in');
	};
	return (
		<header className="header">
			<a href="/" onClick={follow} className="brand">
				Microjoule <span>portal</span>
			</a>
			<Button ref={button} className="menu" variant="default" size="xs" aria-expanded={open} aria-controls="navigation" onClick={() => setOpen(!open)}>
				Menu
			</Button>
			{/* biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the menu from wherever the focus is in it */}
			<div
				id="navigation"
				className={open ? 'navigation open' : 'navigation'}
				onKeyDown={(event) => {
					if (event.key !== 'Escape' || !open) return;
					setOpen(false);
					button.current?.focus();
				}}
			>
				<nav aria-label="Portal">
					{list(user ? userLinks : visitorLinks, 'Pages')}
					{user?.admin && list(administratorLinks, 'Administration')}
				</nav>
				{user && (
					<div className="who">
						<Text size="sm" span>
							{user.name}
						</Text>
						<Button variant="default" size="xs" onClick={() => void leave().catch((error: Error) => say(error.message))}>
							Sign out
						</Button>
					</div>
				)}
			</div>
		</header>
	);
}

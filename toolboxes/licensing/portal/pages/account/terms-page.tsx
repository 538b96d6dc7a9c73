/** What an account holder agrees to. */

import { Page } from '../parts/page.tsx';

export default function TermsPage() {
	return (
		<Page title="Terms">
			<div className="card prose">
				<h2>The account</h2>
				<p>
					An account belongs to one person. Its user name is seen by those with whom it shares licences. The portal keeps the name, the e-mail address, a hash of the password,
					orders and invoices, registered hardware, support cases, and a log of every action on a licence with the network address it came from.
				</p>
				<h2>Licences</h2>
				<p>
					A licence unlocks its toolbox on one computer at a time, for as long as it is reserved there. It may be shared with any number of accounts, of which one at a time can use
					it, and moved to another account, which then owns it.
				</p>
				<p>A computer that cannot be reached keeps its licence until its lease has run out: at most the offline time that the portal’s administrator has set.</p>
				<h2>Payment</h2>
				<p>
					Monthly and yearly licences renew by themselves until they are cancelled; a cancelled one works to the end of the period that is paid. When a renewal fails it is tried
					again for seven days, in which the licence works. A perpetual licence is paid once.
				</p>
				<h2>The end</h2>
				<p>An account can be deleted at any time on its own page. Its licences end with it. Invoices are kept without the account, as the law asks.</p>
			</div>
		</Page>
	);
}

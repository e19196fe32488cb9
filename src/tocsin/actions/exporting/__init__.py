"""Takes data along: files of actions, supporters, consents, letters and the ledger, made in the background."""

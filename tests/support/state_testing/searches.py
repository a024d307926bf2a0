"""SEARCH, with and without RETURN (RFC 4731, RFC 5182, RFC 9394)."""

from . import responses
from .model import DELETED, SEEN
from .operations import Operation, page_of, require

SEARCHES = {
    "ALL": lambda flags: True,
    "SEEN": lambda flags: SEEN in flags,
    "UNSEEN UNDELETED": lambda flags: not flags & {SEEN, DELETED},
    "OR FLAGGED ANSWERED": lambda flags: bool(flags & {"\\Flagged", "\\Answered"}),
    "KEYWORD red": lambda flags: "red" in flags,
    "NOT (KEYWORD work DRAFT)": lambda flags: not {"work", "\\Draft"} <= flags,
}


class Search(Operation):
    """Finds what is so when its result is sent: news may come before it."""

    needs_mailbox = True

    def __init__(self, by_uid, key, sequence):
        inside = f" {'UID ' if sequence.by_uid else ''}{sequence}" if sequence else ""
        super().__init__(f"{'UID ' if by_uid else ''}SEARCH {key}{inside}")
        self.by_uid, self.matches, self.sequence = by_uid, SEARCHES[key], sequence
        self.may_expunge = by_uid
        self.found = None

    def hear(self, session, response):
        found = self._read(session, response)
        if found is None:
            return
        require(self.found is None, f"{self.text} answered twice")
        self.found = found
        if session.traits.tells_flags:
            self._check(session.view)

    def _read(self, session, response):
        """RFC 9051 section 6.4.4: IMAP4rev2 has ESEARCH only."""
        told, old = responses.esearch(response), responses.search(response)
        require((told if not session.traits.rev2 else old) is None, f"{self.text} got {response}")
        if told is None:
            return old
        self._check_own(session, told)
        return told["ALL"] or []

    def _check_own(self, session, told):
        own = told["TAG"] == f"t{session.tag}" and told["UID"] == self.by_uid
        require(own, f"{self.text} got {told}")

    def _check(self, view):
        """Of messages that the client has only been told the number of, either may be true."""
        known = [at for at, uid in enumerate(view.uids) if uid and view.flags[at] is not None]
        all_known = len(known) == len(view.uids)
        if self.sequence and not all_known:
            return
        sure, numbers = self._sure(view, known)
        found = self.found
        if not all_known:
            found = [number for number in found if number in numbers.values()]
        require(found == sure, f"{self.text} found {self.found}, not {sure}")

    def _sure(self, view, known):
        """What it must find among the known ones, and how those are numbered."""
        wanted = self.sequence.uids(view) if self.sequence else view.uids
        matching = [
            at for at in known if view.uids[at] in wanted and self.matches(view.flags[at])
        ]
        numbers = {at: view.uids[at] if self.by_uid else at + 1 for at in known}
        return [numbers[at] for at in matching], numbers

    def settle(self, session, answer):
        require(self.found is not None, f"{self.text} told no result")


class ReturningSearch(Search):
    """With SAVE what was found, or is told of it, is "$" from then on."""

    def __init__(self, by_uid, key, sequence, returns, page=None):
        super().__init__(by_uid, key, sequence)
        self.returns, self.page = returns, page
        pages = [f"PARTIAL {page[0]}:{page[1]}"] if page else []
        words = f"SEARCH RETURN ({' '.join([*returns, *pages])})".encode()
        self.text = self.text.replace(b"SEARCH", words, 1)

    def hear(self, session, response):
        told = responses.esearch(response)
        if told is None:
            return
        require(self.found is None, f"{self.text} answered twice")
        self._check_own(session, told)
        self.found = told
        view = session.view
        sure = None
        if None not in view.uids + view.flags and view.traits.tells_flags:
            sure, _ = self._sure(view, range(len(view.uids)))
            self._compare(sure)
        if "SAVE" in self.returns:
            self._save(view, sure)

    def _compare(self, sure):
        wanted = {"MIN": sure and sure[0], "MAX": sure and sure[-1], "COUNT": len(sure), "ALL": sure}
        for name, value in wanted.items():
            expected = value if name in self.returns and (sure or name == "COUNT") else None
            require(self.found[name] == expected, f"{self.text} told {self.found}, not {wanted}")
        if self.page:
            wanted = f"{self.page[0]}:{self.page[1]}", page_of(sure, self.page)
            require(self.found["PARTIAL"] == wanted, f"{self.text} told {self.found}, not {wanted}")

    def _save(self, view, sure):
        """RFC 5182 section 2.4, RFC 9394 section 3.2: without ALL and COUNT only what is told."""
        if sure is None:
            view.saved = None
            return
        kept = set(sure)
        if not {"ALL", "COUNT"} & set(self.returns):
            kept = set(page_of(sure, self.page)) if self.page else set()
            kept |= set(sure[:1] if "MIN" in self.returns else [])
            kept |= set(sure[-1:] if "MAX" in self.returns else [])
        view.saved = kept if self.by_uid else {view.uids[number - 1] for number in kept}

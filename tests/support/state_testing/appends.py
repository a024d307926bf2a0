"""APPEND: of octets, of octets with NUL among them (RFC 3516), of what is there (RFC 4469)."""

from . import responses
from .operations import Operation, refusal


class Append(Operation):
    def __init__(self, target, flags, body):
        self._begin(target, flags, b"%s{%d+}\r\n%s" % (b"~" * (b"\0" in body), len(body), body))
        self.body = body

    def _begin(self, target, flags, message):
        head = f"APPEND {target.name} ({' '.join(flags)}) "
        Operation.__init__(self, head.encode() + message)
        self.target, self.flags = target, frozenset(flags)

    def expected(self, session):
        return refusal(self.target, session.user, "i") or self._done(session)

    def _done(self, session):
        """UIDs are for those who may read the mailbox (RFC 4315 section 3)."""
        return "OK [APPENDUID " if self.target.may(session.user, "r") else "OK APPEND"

    def settle(self, session, answer):
        code = responses.response_code(answer.reply, "APPENDUID")
        self.uid = code[1][0] if code else self.target.uidnext
        if code or self.alone:
            self.target.bodies[self.uid] = self.body

    def take_effect(self, session, answer, world):
        self.target.append(session.user, self.uid, self.body, self.flags)


class Catenate(Append):
    """A header of one's own, then a message that is there, or its text."""

    def __init__(self, target, flags, head, source, uid, section):
        self.source, self.uid_of_part = source, uid
        part = source.bodies[uid]
        self.body = head + (part.partition(b"\r\n\r\n")[2] if section else part)
        validity = f";UIDVALIDITY={source.validity}" if source.validity else ""
        url = f"/{source.name}{validity}/;UID={uid}{'/;SECTION=TEXT' if section else ''}"
        text = b'CATENATE (TEXT {%d+}\r\n%s URL "%s")' % (len(head), head, url.encode())
        self._begin(target, flags, text)

    def expected(self, session):
        done = refusal(self.target, session.user, "i") or self._done(session)
        if not self.alone:
            return done, "NO [BADURL "
        there = self.source.may(session.user, "r") and self.uid_of_part in self.source.messages
        if there:
            return done
        return ("NO [BADURL ", done) if done.startswith("NO") else "NO [BADURL "

    def take_effect(self, session, answer, world):
        super().take_effect(session, answer, world)
        world.counts["catenated"] += 1

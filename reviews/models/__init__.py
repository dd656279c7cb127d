"""What goes out, to whom, and what it is made of."""

from reviews.models.chat import ChatPost, ChatRoom
from reviews.models.digests import DigestDelivery, DigestRun, DigestSubscription
from reviews.models.executive import ExecutiveDigest, LeadSentence, OutsideReader
from reviews.models.why_questions import WhyQuestion, WhyWatch

__all__ = [
    "ChatPost",
    "ChatRoom",
    "DigestDelivery",
    "DigestRun",
    "DigestSubscription",
    "ExecutiveDigest",
    "LeadSentence",
    "OutsideReader",
    "WhyQuestion",
    "WhyWatch",
]

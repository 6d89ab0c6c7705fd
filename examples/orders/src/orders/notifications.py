"""Mail to customers: plain functions write the text, an activity sends it."""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage

from temporalio import activity

from orders.models import Order, euros

logger = logging.getLogger(__name__)


@dataclass
class Mail:
    to: str
    subject: str
    body: str


def confirmation(order: Order, total_cents: int) -> Mail:
    """Return the mail that confirms an order."""
    skus = sorted({line.sku for line in order.lines})
    logger.info("confirming %s", order.order_id)
    body = f"Thank you! You ordered {', '.join(skus)} for {euros(total_cents)}."
    return Mail(order.customer_email, f"Your order {order.order_id}", body)


@activity.defn
def send_mail(mail: Mail) -> None:
    """Send a mail."""
    message = EmailMessage()
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message.set_content(mail.body)
    with smtplib.SMTP("localhost") as server:
        server.send_message(message)
    logger.info("sent %r to %s", mail.subject, mail.to)

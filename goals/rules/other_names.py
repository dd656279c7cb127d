"""What people's spreadsheets call the KPIs of the library, in English, Polish, Italian and Thai."""

from goals.rules.names import normal

_OTHER_NAMES = {
    "sessions": "Site traffic, Traffic, Website traffic, Visits, Website visits, Sessions,"
    " Ruch, Ruch na stronie, Wizyty, Sesje, Traffico, Visite, Sessioni, ผู้เข้าชมเว็บไซต์, เซสชัน",
    "subscribes": "New subscribers, Sign-ups, Newsletter sign-ups, Nowi subskrybenci,"
    " Zapisy, Nuovi iscritti, Iscrizioni, ผู้สมัครรับข่าวใหม่",
    "ad_spend": "Ad spend, Advertising spend, Spend, Ads, Ad cost, Ads cost, Media spend,"
    " Wydatki na reklamę, Koszt reklamy, Spesa pubblicitaria, Spesa ads, ค่าโฆษณา",
    "trial_users": "Trial users, Trials, New trials, Trial sign-ups, Free trials,"
    " Wersje próbne, Triale, Prove gratuite, Nuove prove, ผู้ทดลองใช้",
    "mqls": "MQL, MQLs, Marketing-qualified leads, MQLs through nurturing",
    "sqls": "SQL, SQLs, Sales-qualified leads, Sales-accepted leads, SAL, SALs",
    "customers_won": "Customers won, New customers, Customers, Wins, New clients, Clients won,"
    " Nowi klienci, Nuovi clienti, ลูกค้าใหม่",
    "revenue": "Revenue, Revenue generated, Sales, Turnover, Income,"
    " Przychód, Przychody, Sprzedaż, Ricavi, Fatturato, รายได้, ยอดขาย",
    "posts_published": "Posts published, Posts, Blog posts, Articles,"
    " Wpisy, Artykuły, Post pubblicati, Articoli, บทความ",
    "total_leads": "Total leads, Leads, New leads, Enquiries, Inquiries,"
    " Leady, Zapytania, Contatti, Richieste, ลีด",
    "qualified_leads": "Qualified leads, Qualified enquiries, Kwalifikowane leady,"
    " Contatti qualificati",
    "booked_meetings": "Booked meetings, Meetings, Meetings booked, Bookings, Appointments, Demos,"
    " Spotkania, Rezerwacje, Appuntamenti, Prenotazioni, การนัดหมาย",
    "open_pipeline": "Open pipeline, Pipeline, Pipeline value, Open deals, Lejek,"
    " Trattative aperte",
    "social_shares": "Shares, Social shares, Udostępnienia, Condivisioni, การแชร์",
    "repeat_purchases": "Repeat purchases, Returning customers, Repeat customers,"
    " Powracający klienci, Clienti di ritorno, ลูกค้าประจำ",
    "referrals": "Referrals, Referred leads, Polecenia, Segnalazioni, การบอกต่อ",
}
_CODES = {normal(name): code for code, names in _OTHER_NAMES.items() for name in names.split(",")}


def code_called(name: str) -> str:
    """Give the code of the library's KPI that goes by this name as well, or ""."""
    return _CODES.get(normal(name), "")

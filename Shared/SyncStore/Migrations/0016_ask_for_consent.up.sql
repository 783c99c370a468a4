-- How the account of a connection is connected by a person's consent at the vendor, as its adapter has declared it. Nothing
-- in it is secret.
create table consent_offer (
    connection text primary key,
    -- The vendor's name as people write it.
    title text not null,
    -- Where a person is asked, without `state` and challenge; null where nobody can be asked.
    authorize_url text,
    proves_key boolean not null default false,
    -- Why nobody can be asked, and what to do.
    obstacle text,
    -- Since when nothing is done there, because nobody has consented yet; null where there are credentials.
    awaited_since timestamptz,
    declared_at timestamptz not null default now(),
    check ((authorize_url is null) <> (obstacle is null))
);

-- Each time that somebody was to be asked. Of `state` only the digest is kept; the verifier of the proof key is sealed under
-- a key that only the state gives, so that neither this row nor the call-back alone buys a token.
create table consent (
    id uuid primary key,
    connection text not null,
    state_digest bytea not null unique check (octet_length(state_digest) = 32),
    sealed_verifier bytea,
    asked_by text not null,
    asked_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    -- When the state was used up, and what came of it.
    used_at timestamptz,
    outcome text check (outcome in ('connected', 'denied', 'refused', 'other_account')),
    -- The account in which somebody consented, by the vendor's own id.
    vendor_account text,
    check ((used_at is null) = (outcome is null))
);
create index consent_of_connection on consent (connection, asked_at);

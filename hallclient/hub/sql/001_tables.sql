-- What the hub keeps. Every key begins with hall_id, so that halls can lie on different machines.
-- Only what every engine of this family has: rows as counters, primary keys, FOR UPDATE. Names are
-- compared by their bytes: an index must not depend on the words of a system that is upgraded.

create table hub.hall (
    hall_id     text collate "C" not null primary key,
    demo        boolean not null,
    time_zone   text    not null,
    epoch       bigint  not null,
    head        bigint  not null,   -- lsn of the newest event; locked to the commit, so no gaps
    mark        bytea   not null,   -- the chain over the log, at head
    healing     boolean not null,
    started     bigint  not null,   -- the life of the server in which healing was last decided
    notify      boolean not null,
    made_at     bigint  not null
);

-- Epochs that this hub began, and lost ones that a device has shown.
create table hub.epoch (
    hall_id     text collate "C" not null,
    epoch       bigint  not null,
    at          bigint  not null,
    head        bigint  not null,   -- of the log as it was found
    shown_by    text    not null,
    primary key (hall_id, epoch)
);

create table hub.device (
    hall_id     text collate "C" not null,
    name        text collate "C" not null,
    role_name   text collate "C" not null,   -- the login role: who a session is
    kind        text collate "C" not null check (kind in ('window', 'supervisor')),
    device      text collate "C",   -- the store's id, once it has joined
    public_key  bytea,
    algorithm   text,
    nonce       bytea   not null default '',
    nonce_epoch bigint  not null default 0,
    nonce_life  bigint  not null default 0,
    greeted     bigint  not null default 0,     -- the newest epoch in which hello was answered ok
    greeted_life bigint not null default 0,     -- and the life of the server
    acked       bigint  not null default 0,     -- the lsn behind which it last pulled
    asked       bigint  not null default 0,     -- lines of hub.access
    enrolled_at bigint  not null,
    seen_at     bigint,
    revoked_at  bigint,
    primary key (hall_id, name),
    unique (hall_id, role_name)
) with (fillfactor = 50);

create table hub.stream (
    hall_id     text collate "C" not null,
    stream      text collate "C" not null,
    head        bigint  not null,   -- the newest place
    primary key (hall_id, stream)
) with (fillfactor = 50);

create table hub.event (
    hall_id     text collate "C" not null,
    lsn         bigint  not null,
    place       bigint  not null,
    device      text collate "C" not null,
    stream      text collate "C" not null,
    seq         bigint  not null,
    epoch       bigint  not null,   -- as the device knew it: part of what is hashed
    kind        text collate "C" not null,
    version     bigint  not null,
    subject     text    not null,
    actor       text    not null,
    "window"    text    not null,
    at          bigint  not null,
    day         text    not null,
    body        bytea   not null,   -- exact bytes, never jsonb
    prev_hash   bytea   not null,
    hash        bytea   not null,
    algorithm   text    not null,
    mark        bytea   not null,
    primary key (hall_id, lsn),
    unique (hall_id, stream, device, seq),
    unique (hall_id, stream, place)
);

-- One row for each push that brought something: who sent it, when, and the author's signature.
create table hub.batch (
    hall_id     text collate "C" not null,
    lsn         bigint  not null,   -- of its last event, which the signature covers
    events      bigint  not null,
    pushed_by   text    not null,
    received_at bigint  not null,
    signature   bytea   not null,
    primary key (hall_id, lsn)
);

create table hub.follow (
    hall_id     text collate "C" not null,
    name        text collate "C" not null,
    stream      text collate "C" not null,
    primary key (hall_id, name, stream)
);

create table hub.tag (
    hall_id     text collate "C" not null,
    tag         text collate "C" not null,
    stream      text collate "C" not null,
    lsn         bigint  not null,
    primary key (hall_id, tag, stream)
);

-- Who asked for what of people's data.
create table hub.access (
    hall_id     text collate "C" not null,
    name        text collate "C" not null,
    n           bigint  not null,
    at          bigint  not null,
    what        text    not null,
    subject     text    not null,
    primary key (hall_id, name, n)
);

create table hub.case_key (
    hall_id     text collate "C" not null,
    case_id     text collate "C" not null,
    key         bytea,              -- null: destroyed
    put_by      text    not null,
    at          bigint  not null,
    primary key (hall_id, case_id)
);

create table hub.numbers (
    hall_id     text collate "C" not null,
    kind        text collate "C" not null,
    name        text collate "C" not null,
    epoch       bigint  not null,
    next        bigint  not null,
    total       bigint  not null,
    primary key (hall_id, kind, name)
);

create table hub.lease (
    hall_id     text collate "C" not null,
    name        text collate "C" not null,   -- of the device
    request     text collate "C" not null,
    kind        text collate "C" not null,
    numbers     text collate "C" not null,
    first       bigint  not null,
    size        bigint  not null,
    epoch       bigint  not null,
    at          bigint  not null,
    primary key (hall_id, name, request)
);

-- Who is there. All functions below: identity is session_user and nothing else; the device row is
-- locked before the hall row, always; names are written out and pg_temp comes last.

-- The hub's clock, UTC milliseconds.
create function hub.clock() returns bigint
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;

-- Which life of the server this is. A server put back to a backup has begun another one.
create function hub.life() returns bigint
language sql stable set search_path = pg_catalog, pg_temp
as $$ select (extract(epoch from pg_postmaster_start_time()) * 1000)::bigint $$;

-- An epoch's number says when it began, in minutes: it must not come out of a backup.
create function hub.minute_of(p_ms bigint) returns bigint
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select (p_ms - 1767225600000) / 60000 $$;

-- Streams that every window reads; of ``store`` each device reads its own alone.
create function hub.is_open(p_stream text) returns boolean
language sql immutable
as $$ select p_stream in ('queue', 'catalogue', 'staff', 'sheets', 'codes') $$;

create function hub.protocols(out r_oldest bigint, out r_newest bigint)
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select 1::bigint, 1::bigint $$;

create function hub.note(p_hall text, p_name text, p_what text, p_subjects text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    had bigint;
begin
    update hub.device set asked = asked + cardinality(p_subjects)
        where hall_id = p_hall and name = p_name
        returning asked - cardinality(p_subjects) into had;
    insert into hub.access (hall_id, name, n, at, what, subject)
        select p_hall, p_name, had + s.i, hub.clock(), p_what, s.subject
        from unnest(p_subjects) with ordinality as s(subject, i);
end
$$;

create function hub.hello(
    p_hall text, p_protocol bigint, p_device text, p_nonce bytea, p_fresh bytea,
    p_epoch bigint, p_head bigint, p_lsns bigint[], p_marks bytea[],
    out r_answer text, out r_epoch bigint, out r_head bigint, out r_agreed bigint,
    out r_healing boolean, out r_kind text, out r_now bigint,
    out r_oldest bigint, out r_newest bigint)
language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
    h hub.hall;
    life bigint := hub.life();
    restored boolean;
begin
    r_epoch := 0; r_head := 0; r_agreed := 0; r_healing := false; r_kind := 'window';
    r_now := hub.clock();
    select p.r_oldest, p.r_newest into r_oldest, r_newest from hub.protocols() p;
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text for update;
    -- No epoch is years ahead: one that were could leave no number for a later one.
    if not found or d.device is distinct from p_device
            or p_epoch > hub.minute_of(r_now) + 5000000 then
        r_answer := 'unknown';
        return;
    end if;
    r_kind := d.kind;
    if d.revoked_at is not null then
        r_answer := 'revoked';
        return;
    elsif p_protocol < r_oldest or p_protocol > r_newest then
        r_answer := 'protocol';
        return;
    end if;
    select * into h from hub.hall x where x.hall_id = p_hall for update;

    -- A device that knows more than the log, or another log, is the witness of a restored hub.
    restored := p_epoch > h.epoch
        or p_epoch = h.epoch and (p_head > h.head or exists (
            select from unnest(p_lsns[1:1], p_marks[1:1]) s(lsn, mark)
            where not exists (
                select from hub.event e
                where e.hall_id = p_hall and e.lsn = s.lsn and e.mark = s.mark)));

    -- What was noted before the epoch or the server began may be out of a backup itself.
    if not restored and d.nonce_epoch = h.epoch and d.nonce_life = life
            and d.nonce <> p_nonce and d.nonce <> p_fresh then
        r_answer := 'cloned';
        return;
    end if;

    if p_epoch > 0 and not exists (
            select from hub.epoch x where x.hall_id = p_hall and x.epoch = p_epoch) then
        insert into hub.epoch (hall_id, epoch, at, head, shown_by)
            values (p_hall, p_epoch, r_now, h.head, d.name);
    end if;
    if restored then
        h.epoch := greatest(h.epoch + 1, p_epoch + 1, hub.minute_of(r_now));
        insert into hub.epoch (hall_id, epoch, at, head, shown_by)
            values (p_hall, h.epoch, r_now, h.head, d.name);
    end if;
    h.healing := h.healing or restored or h.started <> life;

    if p_epoch < h.epoch then
        r_answer := 'epoch';
        select coalesce(max(s.lsn), 0) into r_agreed
            from unnest(p_lsns, p_marks) s(lsn, mark)
            join hub.event e on e.hall_id = p_hall and e.lsn = s.lsn and e.mark = s.mark;
    else
        r_answer := 'ok';
        d.greeted := h.epoch;
        d.greeted_life := life;
    end if;
    update hub.device x set nonce = p_fresh, nonce_epoch = h.epoch, nonce_life = life,
            greeted = d.greeted, greeted_life = d.greeted_life, seen_at = r_now
        where x.hall_id = p_hall and x.name = d.name;
    if h.healing and not exists (
            select from hub.device x
            where x.hall_id = p_hall and x.device is not null and x.revoked_at is null
                and (x.greeted <> h.epoch or x.greeted_life <> life)) then
        h.healing := false;
    end if;
    update hub.hall x set epoch = h.epoch, healing = h.healing, started = life
        where x.hall_id = p_hall
            and (x.epoch <> h.epoch or x.healing <> h.healing or x.started <> life);
    r_epoch := h.epoch;
    r_head := h.head;
    r_healing := h.healing;
end
$$;

-- The store that holds the enrolment says once who it is. A store keeps its id when it is enrolled
-- anew, if it still has its key and the old enrolment was revoked.
create function hub.join(
    p_hall text, p_device text, p_public_key bytea, p_algorithm text, p_demo boolean)
returns text
language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
begin
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text for update;
    if not found then
        return 'unknown';
    elsif d.revoked_at is not null then
        return 'revoked';
    elsif p_demo <> (select x.demo from hub.hall x where x.hall_id = p_hall for update) then
        return 'demo';
    elsif d.device is not null then
        return case when (d.device, d.public_key, d.algorithm)
            is not distinct from (p_device, p_public_key, p_algorithm) then 'ok' else 'taken' end;
    elsif p_device = '' or exists (
            select from hub.device x
            where x.hall_id = p_hall and x.device = p_device
                and (x.revoked_at is null or x.public_key <> p_public_key)) then
        return 'taken';
    end if;
    update hub.device x
        set device = p_device, public_key = p_public_key, algorithm = p_algorithm,
            seen_at = hub.clock()
        where x.hall_id = p_hall and x.name = d.name;
    return 'ok';
end
$$;

-- Is there something new? Asked all day by everybody, so it reads two rows and writes none.
create function hub.heads(p_hall text, out r_epoch bigint, out r_head bigint)
language sql stable strict security definer set search_path = pg_catalog, pg_temp
as $$
    select h.epoch, h.head from hub.hall h
    where h.hall_id = p_hall and exists (
        select from hub.device d
        where d.hall_id = p_hall and d.role_name = session_user::text and d.revoked_at is null)
$$;

grant execute on function
    hub.hello(text, bigint, text, bytea, bytea, bigint, bigint, bigint[], bytea[]),
    hub.join(text, text, bytea, text, boolean),
    hub.heads(text)
to hallclient_window;

-- Events go out. One row of arrays an answer: such a function can be sent whole to another machine.

create function hub.pull(
    p_hall text, p_epoch bigint, p_after bigint, p_mark bytea, p_limit bigint,
    out r_answer text, out r_upto bigint, out r_mark bytea, out r_head bigint, out r_epoch bigint,
    out r_lsns bigint[], out r_places bigint[], out r_devices text[], out r_streams text[],
    out r_seqs bigint[], out r_epochs bigint[], out r_kinds text[], out r_versions bigint[],
    out r_subjects text[], out r_actors text[], out r_windows text[], out r_ats bigint[],
    out r_days text[], out r_bodies bytea[], out r_prevs bytea[], out r_hashes bytea[],
    out r_algorithms text[], out r_marks bytea[])
language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
    most bigint := least(greatest(p_limit, 1), 2000);
begin
    r_upto := p_after; r_head := 0; r_epoch := 0;
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text;
    if not found or d.device is null or d.revoked_at is not null then
        r_answer := 'revoked';
        return;
    end if;
    select h.epoch, h.head into r_epoch, r_head from hub.hall h where h.hall_id = p_hall;
    if p_epoch <> r_epoch or p_after > 0 and not exists (
            select from hub.event x
            where x.hall_id = p_hall and x.lsn = p_after and x.mark = p_mark) then
        r_answer := 'epoch';
        return;
    end if;
    r_answer := 'ok';
    -- Bounded also where little is to be read among much.
    r_upto := greatest(p_after, least(r_head, p_after + 20000));
    select array_agg(e.lsn), array_agg(e.place), array_agg(e.device), array_agg(e.stream),
        array_agg(e.seq), array_agg(e.epoch), array_agg(e.kind), array_agg(e.version),
        array_agg(e.subject), array_agg(e.actor), array_agg(e."window"), array_agg(e.at),
        array_agg(e.day), array_agg(e.body), array_agg(e.prev_hash), array_agg(e.hash),
        array_agg(e.algorithm), array_agg(e.mark)
    into r_lsns, r_places, r_devices, r_streams, r_seqs, r_epochs, r_kinds, r_versions,
        r_subjects, r_actors, r_windows, r_ats, r_days, r_bodies, r_prevs, r_hashes,
        r_algorithms, r_marks
    from (
        select * from hub.event x
        where x.hall_id = p_hall and x.lsn > p_after and x.lsn <= r_upto
            and (d.kind = 'supervisor' or hub.is_open(x.stream)
                or x.stream = 'store' and x.device = d.device
                or x.stream in (
                    select f.stream from hub.follow f
                    where f.hall_id = p_hall and f.name = d.name))
        order by x.lsn limit most) e;
    if cardinality(r_lsns) = most then
        r_upto := r_lsns[most];
    end if;
    select x.mark into r_mark from hub.event x where x.hall_id = p_hall and x.lsn = r_upto;
    r_mark := coalesce(r_mark, p_mark);
    if p_after > d.acked then
        update hub.device x set acked = p_after, seen_at = hub.clock()
            where x.hall_id = p_hall and x.name = d.name;
    end if;
end
$$;

create function hub.find(
    p_hall text, p_epoch bigint, p_tag text, out r_answer text, out r_streams text[])
language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
begin
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text for update;
    if not found or d.device is null or d.revoked_at is not null then
        r_answer := 'revoked';
    elsif p_epoch <> (select h.epoch from hub.hall h where h.hall_id = p_hall) then
        r_answer := 'epoch';
    else
        r_answer := 'ok';
        perform hub.note(p_hall, d.name, 'find', array[p_tag]);
        select array_agg(f.stream order by f.lsn desc) into r_streams from (
            select t.stream, t.lsn from hub.tag t
            where t.hall_id = p_hall and t.tag = p_tag
            order by t.lsn desc limit 200) f;
    end if;
end
$$;

create function hub.follow(
    p_hall text, p_epoch bigint, p_stream text, p_after bigint, p_limit bigint,
    out r_answer text, out r_upto bigint, out r_head bigint, out r_epoch bigint,
    out r_lsns bigint[], out r_places bigint[], out r_devices text[], out r_streams text[],
    out r_seqs bigint[], out r_epochs bigint[], out r_kinds text[], out r_versions bigint[],
    out r_subjects text[], out r_actors text[], out r_windows text[], out r_ats bigint[],
    out r_days text[], out r_bodies bytea[], out r_prevs bytea[], out r_hashes bytea[],
    out r_algorithms text[], out r_marks bytea[])
language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
    most bigint := least(greatest(p_limit, 1), 2000);
begin
    r_upto := p_after; r_head := 0; r_epoch := 0;
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text for update;
    if not found or d.device is null or d.revoked_at is not null then
        r_answer := 'revoked';
        return;
    end if;
    select h.epoch into r_epoch from hub.hall h where h.hall_id = p_hall;
    if p_epoch <> r_epoch then
        r_answer := 'epoch';
        return;
    end if;
    select s.head into r_head from hub.stream s
        where s.hall_id = p_hall and s.stream = p_stream;
    -- What a device keeps of itself is followed by nobody.
    if not found or p_stream = 'store' and d.kind <> 'supervisor' then
        r_answer := 'none';
        r_head := 0;
        return;
    end if;
    r_answer := 'ok';
    if not hub.is_open(p_stream) then
        if not exists (
                select from hub.follow f
                where f.hall_id = p_hall and f.name = d.name and f.stream = p_stream) then
            insert into hub.follow (hall_id, name, stream) values (p_hall, d.name, p_stream);
            perform hub.note(p_hall, d.name, 'follow', array[p_stream]);
        elsif p_after = 0 then
            perform hub.note(p_hall, d.name, 'follow', array[p_stream]);
        end if;
    end if;
    r_upto := greatest(p_after, least(r_head, p_after + most));
    select array_agg(e.lsn), array_agg(e.place), array_agg(e.device), array_agg(e.stream),
        array_agg(e.seq), array_agg(e.epoch), array_agg(e.kind), array_agg(e.version),
        array_agg(e.subject), array_agg(e.actor), array_agg(e."window"), array_agg(e.at),
        array_agg(e.day), array_agg(e.body), array_agg(e.prev_hash), array_agg(e.hash),
        array_agg(e.algorithm), array_agg(e.mark)
    into r_lsns, r_places, r_devices, r_streams, r_seqs, r_epochs, r_kinds, r_versions,
        r_subjects, r_actors, r_windows, r_ats, r_days, r_bodies, r_prevs, r_hashes,
        r_algorithms, r_marks
    from (
        select * from hub.event x
        where x.hall_id = p_hall and x.stream = p_stream
            and x.place > p_after and x.place <= r_upto
        order by x.place) e;
end
$$;

grant execute on function
    hub.pull(text, bigint, bigint, bytea, bigint),
    hub.find(text, bigint, text),
    hub.follow(text, bigint, text, bigint, bigint)
to hallclient_window;

-- A word of the vocabulary is removed when no content has it any more: by a job, which walks through the vocabulary.

-- How far the walk has come: workspace, language and word. One row.
create table content_words_walk (
  is_only boolean primary key default true check (is_only),
  position text[] collate "C" not null default '{"","",""}'
);
insert into content_words_walk default values;

-- Nobody removes a word of the workspace until the transaction ends: a content that is not committed yet may have it.
create function hold_content_words(of_workspace text) returns void language sql as $$
  select pg_advisory_xact_lock_shared(hashtextextended('content words ' || of_workspace, 0))
$$;

create or replace function index_content(document content_documents, summary text, body text, headings text[])
returns void language plpgsql as $$
begin
  document.titles := content_vector(document.title, '', '');
  document.words := content_vector(document.title, concat_ws(' ', summary, array_to_string(headings, ' ')), body);
  delete from content_documents
  where workspace_id = document.workspace_id and type = document.type and id = document.id;
  insert into content_documents select document.*;

  insert into content_passages (workspace_id, type, id, number, starts_at, ends_at, heading, text, words)
  select document.workspace_id, document.type, document.id, number, starts_at, ends_at, heading, passage,
    content_vector(document.title, heading, passage)
  from content_passages_of(left(body, 500000), headings) with ordinality
    passages (starts_at, ends_at, heading, passage, number);

  perform hold_content_words(document.workspace_id);
  -- In one order, so that two transactions do not wait for each other.
  insert into content_words (workspace_id, language, word, stem)
  select document.workspace_id, content_language(document.locale), word, content_stem(content_language(document.locale), word)
  from unnest(tsvector_to_array(document.words)) words (word)
  order by word
  on conflict do nothing;
end $$;

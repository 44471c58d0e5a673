"""The pages, one file a subject; `apps.web.app` lists their addresses."""

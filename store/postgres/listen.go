package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

const (
	topic      = "tocsin"         // on which nodes tell each other that something was stored; nothing else is said
	tellFor    = 5 * time.Second  // until telling is given up: others look by themselves
	listenFor  = 15 * time.Second // until it is asked whether a connection on which nothing comes still stands
	answerFor  = 5 * time.Second  // until such a connection is given up
	farewellOf = time.Second
)

// tell tells all nodes, this one too.
func (s *Store) tell() {
	ctx, cancel := context.WithTimeout(context.Background(), tellFor)
	defer cancel()
	if _, err := s.pool.Exec(ctx, "SELECT pg_notify($1, '')", topic); err != nil {
		s.log.LogAttrs(ctx, slog.LevelDebug, "other nodes were not told; they look by themselves", slog.Any("err", err))
	}
}

// Listen calls heard when a node has stored records. It has a connection of its own, which a busy pool cannot keep from it.
func (s *Store) Listen(ctx context.Context, heard func()) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err == nil {
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellOf)
			defer cancel()
			_ = conn.Close(ctx)
		}()
		if _, err = conn.Exec(ctx, "LISTEN "+topic); err == nil {
			heard()
			err = hear(ctx, conn, heard)
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return explain("listen to other nodes", err)
}

func hear(ctx context.Context, conn *pgx.Conn, heard func()) error {
	for {
		waiting, cancel := context.WithTimeout(ctx, listenFor)
		_, err := conn.WaitForNotification(waiting)
		silent := waiting.Err() != nil
		cancel()
		switch {
		case err == nil:
			heard()
		case ctx.Err() != nil || !silent || conn.IsClosed():
			return err
		default:
			asking, cancel := context.WithTimeout(ctx, answerFor)
			err := conn.Ping(asking)
			cancel()
			if err != nil {
				return err
			}
		}
	}
}

// stored tells other nodes of a commit that added records, and workers of deliveries that are due.
func (s *Store) stored(c store.Commit) {
	if len(c.DueNow()) > 0 {
		s.waker.tell()
	}
	for _, a := range c.Appends {
		if len(a.Records) > 0 {
			s.herald.tell()
			return
		}
	}
}
